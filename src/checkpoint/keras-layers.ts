import {isJsonObject, type JsonObject} from '../data/json.js'
import {InputError} from '../errors.js'

/** Layers of Keras that TensorFlow.js computes in the same way; docs/formats.md lists them. */
export const KERAS_LAYERS = [
  'Activation',
  'Add',
  'AlphaDropout',
  'Average',
  'AveragePooling1D',
  'AveragePooling2D',
  'BatchNormalization',
  'Bidirectional',
  'Concatenate',
  'Conv1D',
  'Conv2D',
  'Conv2DTranspose',
  'Conv3D',
  'Cropping2D',
  'Dense',
  'DepthwiseConv2D',
  'Dot',
  'Dropout',
  'ELU',
  'Embedding',
  'Flatten',
  'GRU',
  'GaussianDropout',
  'GaussianNoise',
  'GlobalAveragePooling1D',
  'GlobalAveragePooling2D',
  'GlobalMaxPooling1D',
  'GlobalMaxPooling2D',
  'InputLayer',
  'LSTM',
  'LayerNormalization',
  'LeakyReLU',
  'MaxPooling1D',
  'MaxPooling2D',
  'Maximum',
  'Minimum',
  'Multiply',
  'PReLU',
  'Permute',
  'ReLU',
  'RepeatVector',
  'Rescaling',
  'Reshape',
  'SeparableConv2D',
  'SimpleRNN',
  'Softmax',
  'SpatialDropout1D',
  'ThresholdedReLU',
  'TimeDistributed',
  'UpSampling2D',
  'ZeroPadding2D',
] as const

const KNOWN = new Set<string>(KERAS_LAYERS)
const ACTIVATIONS = new Set([
  'elu',
  'gelu',
  'hard_sigmoid',
  'linear',
  'mish',
  'relu',
  'relu6',
  'selu',
  'sigmoid',
  'silu',
  'softmax',
  'softplus',
  'softsign',
  'swish',
  'tanh',
])

/**
 * Options for which TensorFlow.js and Keras compute different results: the condition to meet, and the words if it is
 * not met.
 */
const RULES: [layers: RegExp, key: string, holds: (value: unknown) => boolean, words: string][] = [
  [/^GRU$/, 'reset_after', (value) => value === false, 'resets its gate after the matrix product (reset_after=True)'],
  [/^Embedding$/, 'mask_zero', isOff, 'masks zeros (mask_zero=True)'],
  [/^(LSTM|GRU|SimpleRNN)$/, 'stateful', isOff, 'keeps its state from batch to batch (stateful=True)'],
  [/^(LSTM|GRU|SimpleRNN)$/, 'return_state', isOff, 'returns its state (return_state=True)'],
  [/^(LSTM|GRU|SimpleRNN)$/, 'time_major', isOff, 'puts time before the batch (time_major=True)'],
  [/Conv/, 'groups', (value) => value === 1, 'convolves in groups'],
  [/^Conv2DTranspose$/, 'output_padding', (value) => value === null, 'pads its output'],
  [/^Global/, 'keepdims', isOff, 'keeps its axes (keepdims=True)'],
  [/^BatchNormalization$/, 'renorm', isOff, 'is a batch renormalization'],
  [/^LayerNormalization$/, 'rms_scaling', isOff, 'scales by the root mean square (rms_scaling=True)'],
  [/^ReLU$/, 'negative_slope', (value) => value === 0, 'has a negative slope'],
  [/^ReLU$/, 'threshold', (value) => value === 0, 'has a threshold'],
  [/^ELU$/, 'alpha', (value) => value === 1, 'has an alpha other than 1'],
  [/./, 'data_format', (value) => value !== 'channels_first', 'has its channels first'],
  [
    /^(Reshape|Flatten|RepeatVector|Permute|Softmax|BatchNormalization)$/,
    'axis',
    (value) => !Array.isArray(value) || value.length === 1,
    'works on several axes',
  ],
]

function isOff(value: unknown): boolean {
  return value === false || value === null
}

/**
 * Checks that TensorFlow.js has this layer and computes the same as Keras.
 *
 * Throws  InputError  it does not; starts with `where` and says why.
 */
export function checkKerasLayer(className: string, config: JsonObject, version: 2 | 3, where: string): void {
  const refuse = (why: string): never => {
    throw new InputError(`${where} (${className}) ${why}`, [
      'convert the model to ONNX, which surety reads too',
      'or store its hidden states and certify that file',
    ])
  }
  if (/^Random/.test(className))
    throw new InputError(`${where} (${className}) changes its input at random`, [
      'take augmentation out of the model before saving it',
    ])
  if (!KNOWN.has(className)) refuse('is not a layer that surety reads from Keras files')
  for (const [layers, key, holds, words] of RULES) {
    if (layers.test(className) && config[key] !== undefined && !holds(config[key]))
      refuse(`${words}, which is not supported`)
  }
  for (const key of ['activation', 'recurrent_activation']) checkActivation(config[key], version, refuse)
  if (className === 'InputLayer' && config.dtype === 'string') refuse('takes text')
  const inner = config.layer
  if (className === 'TimeDistributed' || className === 'Bidirectional') {
    if (!isJsonObject(inner) || typeof inner.class_name !== 'string' || !isJsonObject(inner.config))
      return refuse('holds no layer')
    if (className === 'Bidirectional' && !['LSTM', 'GRU', 'SimpleRNN'].includes(inner.class_name))
      refuse(`holds a ${inner.class_name}`)
    if (['TimeDistributed', 'Bidirectional', 'Sequential', 'Functional', 'Model'].includes(inner.class_name))
      refuse(`holds a ${inner.class_name}`)
    checkKerasLayer(inner.class_name, inner.config, version, `${where}, its inner layer`)
  }
}

function checkActivation(value: unknown, version: 2 | 3, refuse: (why: string) => never): void {
  if (value === undefined || value === null) return
  const named: unknown = isJsonObject(value)
    ? value.class_name === 'function'
      ? value.config
      : value.class_name
    : value
  if (typeof named !== 'string' || !ACTIVATIONS.has(named))
    refuse(`has the activation ${JSON.stringify(named ?? value)}, which is not supported`)
  if (named === 'hard_sigmoid' && version === 3)
    refuse('has the activation hard_sigmoid, which Keras 3 defines differently from TensorFlow.js')
}

/** `BatchNormalization` → `batch_normalization`, `Conv2D` → `conv2d`: how Keras 3 names groups of weights. */
export const snakeCase = (name: string): string =>
  name
    .replace(/\W+/g, '')
    .replace(/(.)([A-Z][a-z]+)/g, '$1_$2')
    .replace(/([a-z])([A-Z])/g, '$1_$2')
    .toLowerCase()
