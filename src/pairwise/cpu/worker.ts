import {openProducts} from '../../linalg/open-products.js'
import {obeyPool} from '../../frame/worker-loop.js'
import {type BlockPart, type Job, prepareJob} from './jobs.js'

const products = openProducts(1)

obeyPool<Job, BlockPart>(
  async (job) => prepareJob(job, await products),
  async () => (await products).close(),
)
