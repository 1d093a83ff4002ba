import type {GraphFormat} from './document.js'

/** What a format can hold; a note before a conversion lists what the target cannot. */
export interface FormatHolds {
  /** whether edges have a direction */
  readonly direction: boolean
  readonly weights: boolean
  /** several records for one pair */
  readonly parallel: boolean
  readonly edgeAttributes: boolean
  readonly nodeAttributes: boolean
  /** nodes without an edge */
  readonly isolated: boolean
  /** node names: text, 64-bit ids */
  readonly names: boolean
}

export interface FormatRow {
  readonly title: string
  /** surety's name for it; null: write-only, it is read as another format of the table */
  readonly format: GraphFormat | null
  /** the usual ones; reading goes by content */
  readonly extensions: readonly string[]
  /** how a conversion asks for it; null: written only if the input has this format */
  readonly writtenAs: string | null
  readonly from: string
  readonly holds: FormatHolds
}

const ALL: FormatHolds = {
  direction: true,
  weights: true,
  parallel: true,
  edgeAttributes: true,
  nodeAttributes: true,
  isolated: true,
  names: true,
}
const MATRIX: FormatHolds = {...ALL, parallel: false, edgeAttributes: false, names: false}

/** Every graph format: docs/formats.md is generated from it, and a test converts each format into each other. */
export const FORMAT_TABLE: readonly FormatRow[] = [
  {
    title: 'npz of arrays',
    format: 'plain-npz',
    extensions: ['.npz'],
    writtenAs: '.npz',
    from: '`edges` [m, 2], `edge_index` [2, m] (PyTorch Geometric, DGL); arrays of other names by asking',
    holds: ALL,
  },
  {
    title: 'npz with edge_index',
    format: null,
    extensions: ['.pyg.npz'],
    writtenAs: '.pyg.npz',
    from: 'what `torch_geometric.data.Data` takes; undirected edges in both directions',
    holds: {...ALL, direction: false},
  },
  {
    title: 'npz with adj_*',
    format: 'deeprobust-npz',
    extensions: ['.npz'],
    writtenAs: null,
    from: 'DeepRobust, gnn-benchmark (`adj_*`, `adj_matrix.*`)',
    holds: MATRIX,
  },
  {
    title: 'npz of SciPy',
    format: 'scipy-npz',
    extensions: ['.npz'],
    writtenAs: null,
    from: '`scipy.sparse.save_npz` of csr, csc, coo; GRB',
    holds: MATRIX,
  },
  {
    title: 'edge table',
    format: 'edge-list',
    extensions: ['.csv', '.tsv', '.txt', '.edgelist', '.parquet'],
    writtenAs: '.csv',
    from: 'pandas, Gephi, Neo4j, NetworkX (also with dictionaries), igraph; `.tsv` and `.txt` too; Parquet is read, and written as csv; nodes in tables of their own',
    holds: {...ALL, direction: false, nodeAttributes: false, isolated: false},
  },
  {
    title: 'GraphML',
    format: 'graphml',
    extensions: ['.graphml'],
    writtenAs: '.graphml',
    from: 'NetworkX, igraph, Gephi, yEd, Neo4j',
    holds: ALL,
  },
  {title: 'GEXF', format: 'gexf', extensions: ['.gexf'], writtenAs: '.gexf', from: 'Gephi, NetworkX', holds: ALL},
  {
    title: 'graphology JSON',
    format: 'graphology-json',
    extensions: ['.json'],
    writtenAs: '.json',
    from: 'graphology, sigma',
    holds: ALL,
  },
  {
    title: 'node-link JSON',
    format: 'node-link',
    extensions: ['.json'],
    writtenAs: null,
    from: 'NetworkX, D3 (ends are places in the list of nodes), vis (from, to)',
    holds: ALL,
  },
  {
    title: 'Cytoscape JSON',
    format: 'cytoscape-json',
    extensions: ['.json'],
    writtenAs: null,
    from: 'Cytoscape, NetworkX',
    holds: ALL,
  },
  {
    title: 'adjacency JSON',
    format: 'adjacency-json',
    extensions: ['.json'],
    writtenAs: null,
    from: 'NetworkX',
    holds: ALL,
  },
  {title: 'GML', format: 'gml', extensions: ['.gml'], writtenAs: '.gml', from: 'NetworkX, igraph, Gephi', holds: ALL},
  {
    title: 'Pajek',
    format: 'pajek',
    extensions: ['.net'],
    writtenAs: '.net',
    from: 'Pajek, NetworkX, igraph',
    holds: {...ALL, edgeAttributes: false, nodeAttributes: false},
  },
  {
    title: 'Matrix Market',
    format: 'matrix-market',
    extensions: ['.mtx'],
    writtenAs: '.mtx',
    from: '`scipy.io.mmwrite`, SuiteSparse',
    holds: {...MATRIX, parallel: true, nodeAttributes: false},
  },
]

const HEAD = [
  'format',
  'files',
  'from',
  'written as',
  'direction',
  'parallel records',
  'edge attributes',
  'node attributes',
  'isolated nodes',
  'names of nodes',
]

/** The table of docs/formats.md. */
export function formatTable(): string {
  const word = (holds: boolean) => (holds ? 'yes' : 'no')
  const rows = FORMAT_TABLE.map(({title, extensions, writtenAs, from, holds}) => [
    title,
    extensions.map((one) => `\`${one}\``).join(' '),
    from,
    writtenAs === null ? 'rewritten only' : `\`${writtenAs}\``,
    word(holds.direction),
    word(holds.parallel),
    word(holds.edgeAttributes),
    word(holds.nodeAttributes),
    word(holds.isolated),
    word(holds.names),
  ])
  return [HEAD, HEAD.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n')
}
