import {onnxProducts} from './onnx-products.js'
import {plainProducts, type Products} from './products.js'
import {wasmProducts} from './wasm-products.js'

/** The fastest products that there are: the BLAS inside onnxruntime-node where it is installed, else WebAssembly, else JavaScript. */
export const openProducts = async (threads: number): Promise<Products> =>
  (await onnxProducts(threads)) ?? wasmProducts() ?? plainProducts
