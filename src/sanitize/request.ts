import type {SanitizeOptions} from './settings.js'

/** A run of sanitize as plain JSON: enough to read the graph again and to score it the same way. */
export interface SanitizeRequest {
  /** path of the graph, as given */
  graph: string
  reading: {
    edges: string | null
    features: string | null
    labels: string | null
    split: string | null
    splitNumbers: 'file' | 'component'
    labelAttribute: string | null
    featureAttributes: string[] | null
    largestComponent: boolean
    weights: 'ignore' | 'sum' | 'max'
  }
  /** array of known adversarial edges; null: none */
  truth: string | null
  options: Omit<SanitizeOptions, 'truth'>
}
