import {parentPort} from 'node:worker_threads'
import {onnxProducts} from '../../linalg/onnx-products.js'
import {plainProducts} from '../../linalg/products.js'
import {type ComputeBlock, prepareJob} from './jobs.js'
import type {Answer, Order} from './pool.js'

// One order at a time: products return to the event loop, and the next order may be there by then.
let last: Promise<void> = Promise.resolve()
let compute: ComputeBlock | undefined
let isEnding = false
const products = onnxProducts(1)

parentPort?.on('message', (order: Order) => {
  isEnding ||= order === 'end'
  last = last.then(() => obey(order))
})

async function obey(order: Order): Promise<void> {
  if (order === 'end') {
    await (await products)?.close()
    process.exit()
  }
  if (isEnding) return
  if ('job' in order) {
    compute = prepareJob(order.job, (await products) ?? plainProducts)
    return
  }
  const {run, block} = order
  try {
    const part = await compute!(block)
    // Parts share one empty array, which would be gone with the first of them.
    const buffers = Object.values(part).flatMap((value: unknown) =>
      ArrayBuffer.isView(value) && value.byteLength > 0 ? [value.buffer as ArrayBuffer] : [],
    )
    parentPort!.postMessage({run, block, part, failure: ''} satisfies Answer, buffers)
  } catch (error) {
    parentPort!.postMessage({
      run,
      block,
      part: null,
      failure: error instanceof Error ? error.message : String(error),
    } satisfies Answer)
  }
}
