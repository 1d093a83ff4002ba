/** Names of columns without case, spaces and punctuation: "Source Id", source_id and sourceId are the same. */
export const plainName = (name: string): string => name.toLowerCase().replace(/[\s_\-.:#"']+/g, '')

/**
 * Families of names for the two ends of an edge; a source name of one family may also pair with a target name of
 * another.
 */
const FAMILIES: readonly (readonly [source: readonly string[], target: readonly string[]])[] = [
  [
    ['source', 'src', 'sourceid', 'srcid', 'sourcenode', 'sourcenodeid', 'sourcename', 'sourceaccount'],
    [
      'target',
      'tgt',
      'dst',
      'dest',
      'destination',
      'targetid',
      'tgtid',
      'dstid',
      'destid',
      'destinationid',
      'targetnode',
      'targetnodeid',
      'targetname',
      'destinationnode',
      'destinationaccount',
      'targetaccount',
    ],
  ],
  [
    ['from', 'fromid', 'fromnode', 'fromnodeid', 'fromaccount', 'fromaddress', 'fromuser', 'idfrom'],
    ['to', 'toid', 'tonode', 'tonodeid', 'toaccount', 'toaddress', 'touser', 'idto'],
  ],
  [['u'], ['v']],
  [
    ['start', 'startid', 'startnode'],
    ['end', 'endid', 'endnode'],
  ],
  [
    ['payer', 'payerid'],
    ['payee', 'payeeid'],
  ],
  [
    ['sender', 'senderid', 'sendername', 'senderaccount'],
    [
      'receiver',
      'receiverid',
      'receivername',
      'receiveraccount',
      'recipient',
      'recipientid',
      'beneficiary',
      'beneficiaryid',
    ],
  ],
  [['nameorig', 'orig', 'origin', 'originator', 'originid'], ['namedest']],
  [
    ['head', 'headid'],
    ['tail', 'tailid'],
  ],
  [
    ['follower', 'followerid'],
    ['followee', 'followeeid', 'followed'],
  ],
  [
    ['citing', 'citingid'],
    ['cited', 'citedid'],
  ],
  [
    ['caller', 'callerid'],
    ['callee', 'calleeid'],
  ],
  [
    ['buyer', 'buyerid'],
    ['seller', 'sellerid'],
  ],
  [['subject'], ['object']],
  [
    ['rater', 'raterid'],
    ['ratee', 'rateeid'],
  ],
  [
    ['parent', 'parentid'],
    ['child', 'childid'],
  ],
]
const NEO_START = /:START_ID(\(.*\))?$/i
const NEO_END = /:END_ID(\(.*\))?$/i
/** Suffixes 1 and 2, a and b after a common stem: txId1 and txId2. */
const PAIRED: readonly (readonly [string, string])[] = [
  ['1', '2'],
  ['a', 'b'],
]

export interface EndColumns {
  source: number
  target: number
}

/** Every pair of columns in a header whose names are usual for the two ends of an edge. */
export function endsByName(header: readonly string[]): EndColumns[] {
  const neo: EndColumns = {
    source: header.findIndex((name) => NEO_START.test(name)),
    target: header.findIndex((name) => NEO_END.test(name)),
  }
  if (neo.source >= 0 && neo.target >= 0) return [neo]
  const names = header.map(plainName)
  const at = (known: readonly string[]) => names.flatMap((name, k) => (known.includes(name) ? [k] : []))
  const sources = at(FAMILIES.flatMap(([source]) => source))
  const targets = at(FAMILIES.flatMap(([, target]) => target))
  if (sources.length === 1 && targets.length === 1) return [{source: sources[0]!, target: targets[0]!}]
  const complete = FAMILIES.flatMap(([source, target]) =>
    at(source).flatMap((s) => at(target).map((t) => ({source: s, target: t}))),
  )
  if (complete.length > 0) return complete
  return PAIRED.flatMap(([one, two]) =>
    names.flatMap((name, source) => {
      const target = name.length > 1 && name.endsWith(one) ? names.indexOf(name.slice(0, -1) + two) : -1
      return target >= 0 ? [{source, target}] : []
    }),
  )
}

export const isWeightName = (name: string): boolean =>
  ['weight', 'weights', 'edgeweight', 'weight:double', 'weightdouble', 'weightfloat'].includes(plainName(name))

const ID = /^(id|ids|node|nodes|nodeid|name|names|key|uid|guid|vertex|vertexid|index)$/

/** Whether a column's name says that it holds node ids: id, node, account_id, personId:ID. */
export const isIdName = (name: string): boolean =>
  ID.test(plainName(name)) || /(_id|[a-z]Id|\bid|:ID(\(.*\))?)$/.test(name.trim())

/** pandas writes its index as a column without a name, and reads it back as Unnamed: 0. */
export const isIndexName = (name: string): boolean => name.trim() === '' || /^Unnamed: \d+$/.test(name.trim())

const LABEL = /^(label|labels|class|classes|y|target|category|nodelabel|nodeclass|modularityclass|group)$/

export const isLabelName = (name: string): boolean => LABEL.test(plainName(name)) || /:LABEL$/.test(name)
