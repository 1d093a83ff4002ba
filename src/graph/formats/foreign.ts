import {describeContent} from '../../data/sniff.js'
import type {NpzArchive} from '../../data/npz.js'
import {InputError, option} from '../../errors.js'

const BY_NETWORKX = 'read it with NetworkX and write GraphML: networkx.write_graphml(graph, "graph.graphml")'

/** Text formats of other programs that could be mistaken for a table of edges, by how they begin. */
const BEGINNINGS: readonly (readonly [begins: RegExp, what: string, steps: readonly string[]])[] = [
  [/^version https:\/\/git-lfs/, 'is a Git LFS pointer and not the file itself', ['fetch the file: git lfs pull']],
  [
    /^\s*(\/\*(?:[^*]|\*(?!\/))*\*\/\s*|\/\/[^\n]*\n\s*)*(strict\s+)?(di)?graph\b[^\n{[]*\{/i,
    'is Graphviz DOT',
    [BY_NETWORKX],
  ],
  [/^\s*LEDA\.GRAPH/, 'is a LEDA graph', ['write another format: graph.write_graphml("graph.graphml") of igraph']],
  [/^\s*nodedef\s*>/i, 'is a GDF file', ['export it as GraphML or as GEXF']],
  [/^\s*dl\s+(n|nr|format)\s*=/i, 'is a UCINET DL file', ['export it as an edge table or as Pajek .net']],
  [/^>>(graph6|sparse6|digraph6)<</, 'is graph6 or sparse6', [BY_NETWORKX]],
  [
    /^(c\b[^\n]*\n)*p\s+(max|min|edge|edges|sp|col|tw|cep|asn)\b/,
    'is a DIMACS file',
    ['write its edges as a table: source,target'],
  ],
  [/^sep=.\r?\n/i, "begins with Excel's line sep=", ['remove the first line']],
]

const ARROW = /^\s*\S+\s+(<?-+>?|<?=+>|→|↔)\s+\S/
const TUPLE = /^\s*\(.*,.*\)\s*,?\s*$/

/**
 * Refuses text that looks like a table of edges but is something else.
 *
 * Throws  InputError  says what it is and what to do.
 */
export function refuseForeignText(text: string, place: string): void {
  const known = BEGINNINGS.find(([begins]) => begins.test(text.slice(0, 4096)))
  if (known !== undefined) throw new InputError(`${place}: ${known[1]}, which is not read`, known[2])
  if (text.includes('\r') && !text.includes('\n'))
    throw new InputError(`${place}: its lines end with a carriage return alone, so it is one line`, [
      "convert it: tr '\\r' '\\n' < OLD > NEW",
    ])
  const first = text.split('\n', 40).filter((line) => line.trim() !== '' && !line.startsWith('#'))
  const body = first.slice(0, -1)
  if (body.length > 1 && body.every((line) => ARROW.test(line)))
    throw new InputError(`${place}: has an arrow between the ends of its edges (${body[0]!.trim().slice(0, 40)})`, [
      'write only source and target, separated by a comma',
    ])
  if (body.length > 1 && body.every((line) => TUPLE.test(line)))
    throw new InputError(`${place}: holds Python tuples (${body[0]!.trim().slice(0, 40)})`, [
      'write only source and target, without brackets: csv.writer(file).writerows(graph.edges)',
    ])
  if (isTgf(text))
    throw new InputError(`${place}: looks like Trivial Graph Format: nodes, a line #, and edges`, [
      `give its two halves as two tables: edges (source,target), and nodes with ${option('labels')}`,
    ])
  if (isLgl(text))
    throw new InputError(`${place}: looks like LGL: lines "# node" with the neighbours of the node below`, [
      'write it as pairs: graph.write_ncol("graph.ncol") of igraph',
    ])
}

/** Nodes, then a line of # alone, then pairs of these nodes. */
function isTgf(text: string): boolean {
  const at = /\n#[ \t\r]*\n/.exec(text)?.index ?? -1
  if (at < 0 || text.startsWith('#')) return false
  const field = (line: string) => line.trim().split(/\s+/)
  const above = text.slice(0, at).split('\n')
  const nodes = new Set(above.map((line) => field(line)[0]!))
  const below = text
    .slice(at)
    .split('\n', 12)
    .slice(2)
    .filter((line) => line.trim() !== '')
  return (
    nodes.size === above.length &&
    below.length > 0 &&
    below.every(
      (line) =>
        field(line).length > 1 &&
        field(line)
          .slice(0, 2)
          .every((id) => nodes.has(id)),
    ) &&
    !above.every((line) => nodes.has(field(line)[1] ?? ''))
  )
}

function isLgl(text: string): boolean {
  if (!/^\s*# \S+\s*\n[^#\n]/.test(text)) return false
  const lines = text.split('\n')
  const heads = lines.filter((line) => /^# \S+\s*$/.test(line)).map((line) => line.slice(2).trim())
  const records = lines
    .filter((line) => line.trim() !== '' && !line.startsWith('#'))
    .map((line) => line.trim().split(/\s+/))
  const isEntry = ([, weight]: string[]) => weight === undefined || !Number.isNaN(Number(weight))
  const first = new Set(records.map(([name]) => name!))
  return (
    heads.length > 1 &&
    records.every((record) => record.length <= 2 && isEntry(record)) &&
    heads.filter((name) => first.has(name)).length > 1
  )
}

/** What to do with a file that surety cannot read as a graph, by its content. */
export function recipeFor(bytes: Uint8Array): readonly string[] {
  const what = describeContent(bytes)
  if (what.includes('npy array'))
    return [
      'put it into an npz under its name: numpy.savez("graph.npz", edges=EDGES, features=X, labels=Y)',
      'for an adjacency matrix: scipy.sparse.save_npz("graph.npz", scipy.sparse.csr_matrix(A))',
    ]
  if (what.includes('bzip2') || what.includes('xz') || what.includes('zstd') || what.includes('7z'))
    return ['unpack it first; gzip is the only supported compression']
  if (what.includes('MATLAB'))
    return ['write the matrix with SciPy: scipy.sparse.save_npz("graph.npz", scipy.io.loadmat(FILE)["A"])']
  if (what.includes('Arrow') || what.includes('Feather'))
    return ['write it as Parquet or csv: table.to_parquet("edges.parquet")']
  if (what.includes('HDF5')) return ['write its arrays as npz: numpy.savez("graph.npz", edges=EDGES, features=X)']
  if (what.includes('SQLite')) return ['export the table of edges as csv']
  return ['give the file the extension of its content, or choose another file']
}

/** Refuses a zip archive that is not an npz: says what it is and what to do. */
export function refuseForeignZip(archive: NpzArchive): void {
  if (archive.names.length > 0 || archive.skipped.some(({isArray}) => isArray)) return
  const {place} = archive
  const entries = archive.skipped.map(({name}) => name)
  if (entries.some((name) => /(^|\/)data\.pkl$/.test(name)))
    throw new InputError(`${place}: is a PyTorch file, which is a pickle, can run code and is never read`, [
      'write its arrays as numbers: numpy.savez("graph.npz", edge_index=data.edge_index.numpy(), x=data.x.numpy(), y=data.y.numpy(), train_mask=data.train_mask.numpy())',
    ])
  if (entries.some((name) => name === '[Content_Types].xml'))
    throw new InputError(`${place}: is an Excel workbook or another office document`, ['save the sheet as csv'])
  const table = entries.find((name) => /\.(csv|tsv|txt|json|graphml|gexf|gml|net|mtx)$/i.test(name))
  throw new InputError(
    `${place}: is a zip archive without an npy array${entries.length === 0 ? '' : `; it holds ${entries.slice(0, 5).join(', ')}`}`,
    [table === undefined ? 'check that this is the right file' : `unpack it and give ${table}`],
  )
}
