import type {Checkpoint, InputSummary, LayerInfo} from '../checkpoint/types.js'
import type {DataFormat} from '../checkpoint/data-types.js'
import type {SampleKind} from '../checkpoint/sample.js'
import type {Json} from '../frame/report.js'

/** What a certificate is about: the model as run, and the examples as fed to it. */
export interface Subject {
  model: {
    kind: Checkpoint['kind']
    /** the layers of the report, first to last */
    layers: {name: string; kind: string; shape: number[] | null}[]
  }
  data: SubjectData
}

export interface SubjectData {
  /** file format of the examples; null: hidden states of the checkpoint file */
  format: DataFormat | null
  /** rows in the file, and rows used before duplicates were removed */
  rows: number
  used: number
  /** how rows were chosen; all: every row */
  /** labelled: rows without a label were left out before applying a limit */
  sample: SampleKind | 'all' | 'labelled'
  /** rows used per class number; null without labels */
  classes: number[] | null
  /** null: the file has only numbers */
  classNames: string[] | null
  /** the model's inputs, with their true range; empty for hidden states */
  inputs: InputSummary[]
  /** how examples were converted to numbers: image options, text length in tokens; else null */
  preparation: Json
}

/** What `surety certify --list-layers --json` prints. */
export interface LayerListing {
  schemaVersion: 1
  kind: 'layers'
  command: 'certify'
  version: string
  model: {kind: Checkpoint['kind']; inputs: {name: string; shape: number[] | null}[]}
  /** in order of depth; sizes of one example, −1: any */
  layers: {name: string; kind: string; shape: number[] | null; default: boolean}[]
}

export const layerListing = (
  checkpoint: Pick<Checkpoint, 'kind' | 'modelInputs'>,
  layers: readonly LayerInfo[],
  version: string,
): LayerListing => ({
  schemaVersion: 1,
  kind: 'layers',
  command: 'certify',
  version,
  model: {
    kind: checkpoint.kind,
    inputs: checkpoint.modelInputs.map(({name, shape}) => ({name, shape: shape === null ? null : shape.slice(1)})),
  },
  layers: layers.map(({name, type, shape, default: taken}) => ({name, kind: type, shape, default: taken})),
})
