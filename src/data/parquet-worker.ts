import {parentPort, workerData} from 'node:worker_threads'
import {SuretyError} from '../errors.js'
import type {ParquetAnswer, ParquetOrder} from './parquet.js'
import {parquetColumns} from './parquet-columns.js'

const {bytes, place, limits} = workerData as ParquetOrder
try {
  const arrays = await parquetColumns(bytes, place, limits)
  const buffers = arrays.flatMap(({data}) => (ArrayBuffer.isView(data) ? [data.buffer as ArrayBuffer] : []))
  parentPort!.postMessage({arrays} satisfies ParquetAnswer, buffers)
} catch (error) {
  if (!(error instanceof SuretyError)) throw error
  parentPort!.postMessage({message: error.message, nextSteps: error.nextSteps} satisfies ParquetAnswer)
}
