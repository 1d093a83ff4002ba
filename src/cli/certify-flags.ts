import {Flags, type Interfaces} from '@oclif/core'
import {DEFAULT_OPTIONS, FRESH_BOUNDS, MAX_BOOTSTRAP} from '../certify/options.js'
import {LOSSES, TASK_LOSSES, TASKS} from '../certify/tasks/names.js'
import {inputFlags, statesFlags} from './certify-input-flags.js'
import {GROUP, names, number, numbers, perturbations} from './flags.js'

/** The flags that determine a certificate's content; the command adds the outputs. */
export const certifyFlags = {
  ...inputFlags,
  layers: names({
    helpGroup: GROUP.method,
    description: 'layer names, glob patterns or auto, comma-separated (default: auto, one per block)',
  }),
  output: Flags.string({
    options: ['logits', 'probabilities', 'one-vs-rest'],
    helpGroup: GROUP.input,
    description:
      "what the model's output is (default: decided from the model); one-vs-rest: an independent probability per class",
  }),
  task: Flags.string({
    options: ['auto', ...TASKS],
    helpValue: '<name>',
    default: 'auto',
    helpGroup: GROUP.input,
    description:
      "the model's task; auto: what targets and output prove, else an error: classes (one per row), multi-label, regression, tokens (a class per token or pixel), scores (only losses)",
  }),
  'ignore-label': Flags.integer({
    helpGroup: GROUP.input,
    description: 'label of tokens or pixels that do not count, besides −100 and those masked by attention_mask',
  }),
  'output-name': Flags.string({
    helpGroup: GROUP.input,
    description:
      'which output, or array of embeddings, holds the class scores (default: decided from names and shapes)',
  }),
  loss: Flags.string({
    options: [...LOSSES],
    helpValue: '<name>',
    helpGroup: GROUP.method,
    description: `loss whose change is bounded, of the task (default: the file's own, else the first): ${TASKS.map((task) => `${task}: ${TASK_LOSSES[task].join(', ')}`).join('; ')}`,
  }),
  'loss-max': number({
    min: 0,
    helpGroup: GROUP.method,
    description:
      'L_max: losses are clipped at it in ε (default: the largest loss of an anchor); only for unbounded losses',
  }),
  metric: Flags.string({
    options: ['l2', 'l1', 'linf', 'angle', 'cosine'],
    default: 'l2',
    helpGroup: GROUP.method,
    description: 'distance between hidden states (cosine is refused: it is not a metric, angle is)',
  }),
  pool: Flags.string({
    options: ['flatten', 'mean', 'last', 'first', 'channel'],
    helpGroup: GROUP.method,
    description:
      'how a state with more than one axis becomes a vector (default: mean over the positions of two axes, tokens, steps or those of a 1-D convolution; flatten for more, and for stored states)',
  }),
  scale: Flags.string({
    options: ['median', 'none'],
    default: 'median',
    helpGroup: GROUP.method,
    description: 'divide distances by the median anchor pair distance, or not',
  }),
  floor: number({
    min: 0,
    helpGroup: GROUP.method,
    description: 'τ: distances below it count as τ, in scaled units (default: the smallest δ)',
  }),
  delta: numbers({
    min: 0,
    helpGroup: GROUP.method,
    description: 'radii δ in scaled units, comma-separated (default: quantiles of the anchor distances)',
  }),
  eta: numbers({min: 0, helpGroup: GROUP.method, description: 'loss changes η, comma-separated'}),
  alpha: number({
    min: 1e-12,
    max: 0.5,
    default: 0.05,
    helpGroup: GROUP.method,
    description: 'the whole report holds with probability 1 − α',
  }),
  split: number({
    min: 0.01,
    max: 0.9,
    aliases: ['anchors'],
    deprecateAliases: true,
    helpGroup: GROUP.method,
    description: 'share of the rows that become anchors; the others are references (default: a quarter)',
  }),
  'no-split': Flags.boolean({
    default: false,
    exclusive: ['split'],
    helpGroup: GROUP.method,
    description: 'no anchors and references: plain statistics of all pairs, no certificate',
  }),
  'drop-duplicates': Flags.boolean({
    default: false,
    helpGroup: GROUP.method,
    description:
      'count equal rows once, for files with accidental copies; the certificate is then about distinct rows (default: equal rows all count)',
  }),
  group: Flags.string({
    helpGroup: GROUP.input,
    description:
      "array or column with each row's source (patient, user, recording): sources are independent, rows of one are not; the certificate is then about a fresh source",
  }),
  slice: Flags.string({
    helpGroup: GROUP.input,
    description:
      "array or column with each row's slice of the data, or class for the labels: the same statements for each slice, worst first, all simultaneous",
  }),
  plan: number({
    min: 0,
    max: 1,
    helpGroup: GROUP.method,
    description: 'a target bound, such as 0.2: estimate how many rows it needs',
  }),
  'max-share': number({
    min: 0,
    max: 1,
    helpGroup: GROUP.method,
    description: "limit of the headline's bound: the verdict becomes pass or fail",
  }),
  'min-accuracy': number({
    min: 0,
    max: 1,
    helpGroup: GROUP.method,
    description: 'limit of the lower bound of the accuracy: the verdict becomes pass or fail',
  }),
  'allow-uninformative': Flags.boolean({
    default: false,
    helpGroup: GROUP.method,
    description: 'do not fail a model that is not shown to beat always guessing the most common class',
  }),
  bounds: names({
    helpGroup: GROUP.method,
    description: `further bounds, for two fresh examples, which share α with the others: ${FRESH_BOUNDS.join(', ')}`,
  }),
  examples: Flags.integer({
    min: 0,
    helpGroup: GROUP.method,
    description: `number of single examples that get a radius; 0: none (default: ${DEFAULT_OPTIONS.examples}, none with --group)`,
  }),
  risk: number({
    min: 0,
    max: 1,
    default: DEFAULT_OPTIONS.risk,
    helpGroup: GROUP.method,
    description:
      "β: an example's radius is the largest δ at which its bound is at most this; with --rule the share of accepted inputs that may be wrong",
  }),
  bootstrap: Flags.integer({
    min: 0,
    max: MAX_BOOTSTRAP,
    default: 1000,
    helpGroup: GROUP.method,
    description: 'rounds of the asymptotic intervals; 0: none',
  }),
  perturb: perturbations({
    helpGroup: GROUP.method,
    exclusive: ['shard'],
    description:
      'also certify perturbed copies of the inputs: noise, shift, rotate, brightness, word-drop, word-swap, typos, fgsm, pgd; name or name:strength, comma-separated',
  }),
  draws: Flags.integer({
    min: 1,
    max: 1000,
    dependsOn: ['perturb'],
    helpGroup: GROUP.method,
    description:
      'perturbed copies of each input for PR(γ), the share of inputs whose prediction survives with probability ≥ 1 − γ (default: 1); each is a run of the model over all rows',
  }),
  pairs: Flags.string({
    helpGroup: GROUP.input,
    exclusive: ['shard'],
    description:
      'perturbed copies made elsewhere: a file like --data (or of embeddings), with the same rows and labels as the data',
  }),
  thumbnails: Flags.boolean({
    allowNo: true,
    default: true,
    helpGroup: GROUP.output,
    description: 'keep pictures of the inputs that the report names, if they are images',
  }),
  'image-shape': numbers({
    min: 1,
    helpGroup: GROUP.input,
    description:
      'height,width and channels of the images, if the inputs are flat: to perturb them, and to draw witnesses in the report',
  }),
  'input-range': numbers({
    helpGroup: GROUP.input,
    description:
      'low,high: range of possible input values (default: 0,255 for bytes, else from the anchors); perturbed copies stay inside',
  }),
  against: Flags.string({
    helpGroup: GROUP.method,
    exclusive: ['shard'],
    description: 'an earlier report of certify on the same examples: report the paired difference per layer and cell',
  }),
  ...statesFlags,
}

export type CertifyFlags = Interfaces.InferredFlags<typeof certifyFlags> & {seed: number; threads?: number | undefined}
