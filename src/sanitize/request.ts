import type {ArrayRoles} from '../graph/npz-arrays.js'
import type {SanitizeOptions} from './settings.js'

/** A run of sanitize as plain JSON: enough to read the graph again and to score it the same way. */
export interface SanitizeRequest {
  /** path of the graph, as given */
  graph: string
  reading: {
    edges: string | null
    /** which arrays of an npz hold what; absent: by their usual names */
    arrays?: ArrayRoles
    features: string | null
    labels: string | null
    split: string | null
    splitNumbers: 'file' | 'component'
    labelAttribute: string | null
    featureAttributes: string[] | null
    /** how ids and columns are read; absent: by their content */
    idColumn?: string | null
    idsAsText?: boolean
    firstId?: number | null
    rowsInOrder?: boolean
    sourceColumn?: string | null
    targetColumn?: string | null
    header?: boolean | null
    /** columns of edges or nodes that rewired pairs keep */
    within?: string[] | null
    largestComponent: boolean
    weights: 'ignore' | 'sum' | 'max'
  }
  /** array of known adversarial edges; null: none */
  truth: string | null
  /** files of nodes and edges; null: none */
  protect: string | null
  focus: string | null
  suppress: string | null
  /** ISO date that suppressions expire by: that of the run, so that its shards agree */
  today: string
  /** pairs of nodes, named as in the graph */
  explain: [string, string][]
  options: Omit<SanitizeOptions, 'truth' | 'protect' | 'focus' | 'suppressed' | 'explain' | 'kinds'>
}
