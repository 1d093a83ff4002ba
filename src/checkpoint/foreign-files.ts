import {readdirSync} from 'node:fs'
import {join} from 'node:path'
import {InputError} from '../errors.js'

const EXPORT =
  'export the model to ONNX (docs/recipes.md has the lines), or store its hidden states and certify that file'

/**
 * Refuses files that people try instead of a checkpoint: says what the file is and how to convert it.
 *
 * `entries`  names in the archive, if the file is one.
 * Throws     InputError  a file of PyTorch, TensorFlow Lite, MATLAB or onnxruntime's own format.
 */
export function refuseForeign(path: string, bytes: Uint8Array, entries: readonly string[] = []): void {
  const latin = (from: number, to: number) => Buffer.from(bytes.subarray(from, to)).toString('latin1')
  const refuse = (what: string, ...next: string[]) => {
    throw new InputError(`${path}: is ${what}`, next)
  }
  if (entries.some((name) => /(^|\/)data\.pkl$/.test(name))) {
    if (entries.some((name) => /(^|\/)code\//.test(name)))
      refuse('a TorchScript model, which only PyTorch runs', `torch.jit.load it, then ${EXPORT}`)
    refuse(
      'a PyTorch file (.pt, .pth): Python objects, which are never unpickled',
      `load it in PyTorch, then ${EXPORT}`,
    )
  }
  if (latin(4, 8) === 'TFL3')
    refuse(
      'a TensorFlow Lite model, which does not expose the states between its layers',
      'give the Keras model it was made from',
      EXPORT,
    )
  if (latin(4, 8) === 'ORTM')
    refuse("a model in onnxruntime's own format (.ort)", 'give the .onnx file it was made from')
  if (/^MATLAB \d/.test(latin(0, 10)))
    refuse(
      'a MATLAB file',
      latin(0, 10) === 'MATLAB 7.3'
        ? 'load it with h5py (its arrays are transposed there) and store its arrays with numpy.savez: one array [rows, …] for each layer, labels, logits'
        : 'load it with scipy.io.loadmat and store its arrays with numpy.savez: one array [rows, …] for each layer, labels, logits',
    )
  if (latin(0, 4) === 'GGUF')
    refuse(
      'a GGUF file of llama.cpp, which holds weights alone',
      'store the hidden states of the model it was made from (docs/recipes.md) and certify that file',
    )
  // Protocol 0 is text: it starts with a mark or a class, and ends with a stop.
  if (/^(\(d|\(l|c[\w.]+\n)/.test(latin(0, 64)) && latin(bytes.length - 1, bytes.length) === '.')
    refuse('a Python pickle, which is never unpickled', `load it in Python, then ${EXPORT}`)
  const [mark, protocol = ''] = latin(0, 2)
  if (mark === '\x80' && protocol >= '\x02' && protocol <= '\x05')
    refuse('a Python pickle, which is never unpickled', `load it in Python, then ${EXPORT}`)
}

/** Throws InputError for a folder that is not a checkpoint, saying what it seems to hold. */
export function refuseForeignFolder(path: string): never {
  const names = readdirSync(path)
  const has = (name: string) => names.includes(name)
  const weights = names.some((name) => /\.(safetensors|bin)$|\.index\.json$/.test(name))
  if (has('config.json') && (weights || has('tokenizer.json')))
    throw new InputError(`${path}: is a folder of Hugging Face transformers: a configuration and bare weights`, [
      `optimum-cli export onnx --model ${path} --task text-classification onnx/, then certify onnx/model.onnx`,
      'or store its hidden states (docs/recipes.md)',
    ])
  if (has('saved_model.pb'))
    throw new InputError(`${path}: is a TensorFlow SavedModel`, [
      'convert it: tensorflowjs_converter --input_format=tf_saved_model, or python -m tf2onnx.convert --saved-model',
    ])
  const models = names.filter((name) => /\.(onnx|keras|h5|npz|safetensors|json)$/i.test(name)).sort()
  throw new InputError(
    `${path}: is a folder without a model.json of TensorFlow.js and without npy files${models.length === 0 ? '' : `; it holds ${models.slice(0, 4).join(', ')}${models.length > 4 ? ', …' : ''}`}`,
    [models.length === 0 ? 'name the file of the model' : `name the file itself, such as ${join(path, models[0]!)}`],
  )
}

/** Names that occur only in model weights. */
const WEIGHT = /(^|[._/])(weight|bias|running_mean|kernel)(:0)?$|(^|\/)vars\/\d+$/

/** Refuses weights where hidden states are expected. Throws InputError. */
export function refuseWeights(path: string, names: readonly string[]): void {
  const found = names.filter((name) => WEIGHT.test(name))
  if (found.length > 0 && 2 * found.length >= names.length)
    throw new InputError(
      `${path}: holds the weights of a model (${found.slice(0, 3).join(', ')}${found.length > 3 ? ', …' : ''}), not the model and not its hidden states`,
      [EXPORT],
    )
}
