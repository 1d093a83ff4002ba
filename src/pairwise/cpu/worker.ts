import {onnxProducts} from '../../linalg/onnx-products.js'
import {plainProducts} from '../../linalg/products.js'
import {obeyPool} from '../../frame/worker-loop.js'
import {type BlockPart, type Job, prepareJob} from './jobs.js'

const products = onnxProducts(1)

obeyPool<Job, BlockPart>(
  async (job) => prepareJob(job, (await products) ?? plainProducts),
  async () => (await products)?.close(),
)
