import type {Checkpoint, InputSummary, LayerInfo} from '../checkpoint/types.js'
import type {DataFormat} from '../checkpoint/data-types.js'
import type {SampleKind} from '../checkpoint/sample.js'
import type {Json} from '../frame/report.js'

/** What a certificate is about: the model as it was run, and the examples as they were fed to it. */
export interface Subject {
  model: {
    kind: Checkpoint['kind']
    /** the layers of the report, first to last */
    layers: {name: string; kind: string; shape: number[] | null}[]
  }
  data: SubjectData
}

export interface SubjectData {
  /** what the examples were stored in; null: hidden states of a file, which the checkpoint names */
  format: DataFormat | null
  /** of the file, and those used before duplicates were removed */
  rows: number
  used: number
  /** how these were chosen; all: every row */
  /** labelled: rows without a label were left out, before what a limit leaves was drawn */
  sample: SampleKind | 'all' | 'labelled'
  /** rows used of each class, by its number; null without labels */
  classes: number[] | null
  /** null: the file has numbers only */
  classNames: string[] | null
  /** what the model was fed, with its true range; empty for hidden states */
  inputs: InputSummary[]
  /** how examples became numbers: options of images, length of texts in tokens; else null */
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
