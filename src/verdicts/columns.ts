import {didYouMean} from '../frame/did-you-mean.js'
import {InputError, UsageError, option} from '../errors.js'

/** What a column of a log can be. */
export type Role =
  | 'question'
  | 'part'
  | 'judge'
  | 'round'
  | 'repetition'
  | 'first'
  | 'second'
  | 'optionA'
  | 'optionB'
  | 'options'
  | 'order'
  | 'verdict'
  | 'lengthFirst'
  | 'lengthSecond'
  | 'lengthA'
  | 'lengthB'

/** Names by which a column is known, the surest first. Case, spaces and dashes do not matter. */
const NAMES: Record<Role, readonly string[]> = {
  question: ['question_id', 'item_id', 'prompt_id', 'question', 'item', 'prompt', 'id'],
  part: ['turn', 'task', 'category'],
  judge: ['judge', 'judge_model', 'judge_id', 'annotator'],
  round: ['round', 'debate_round'],
  repetition: ['repetition', 'rep', 'trial', 'run'],
  first: ['first', 'shown_first', 'option_1', 'first_option'],
  second: ['second', 'shown_second', 'option_2', 'second_option'],
  optionA: ['option_a', 'model_a', 'answer_a', 'a'],
  optionB: ['option_b', 'model_b', 'answer_b', 'b'],
  options: ['options', 'shown', 'candidates'],
  order: ['order'],
  verdict: ['verdict', 'winner', 'choice', 'decision', 'preference', 'judgement', 'judgment'],
  lengthFirst: ['length_first', 'words_first', 'tokens_first'],
  lengthSecond: ['length_second', 'words_second', 'tokens_second'],
  lengthA: ['length_a', 'words_a', 'tokens_a'],
  lengthB: ['length_b', 'words_b', 'tokens_b'],
}

/** Columns that say which option the prompt was made to favour. */
const NUDGES = ['verbosity', 'bandwagon']

/** Of these every column counts; of all others the surest name does. */
const SEVERAL: readonly Role[] = ['part']

export interface Columns {
  roles: Partial<Record<Role, string>>
  /** all columns that tell parts of a question apart */
  parts: string[]
  nudges: string[]
  unused: string[]
}

const plain = (name: string) =>
  name
    .trim()
    .toLowerCase()
    .replaceAll(/[\s-]+/g, '_')

/**
 * What each column of a log is, by its name or as `given` says (role → name).
 *
 * Throws  UsageError  `given` names a role or a column that is not there.
 *         InputError  a column is missing, or the options are named in more than one way (says which).
 */
export function logColumns(
  names: readonly string[],
  place: string,
  given: Readonly<Record<string, string>> = {},
  extraNudges: readonly string[] = [],
): Columns {
  const roles: Partial<Record<Role, string>> = {}
  for (const [role, name] of Object.entries(given)) {
    if (!Object.hasOwn(NAMES, role))
      throw new UsageError(`${option('columns')} names the role ${JSON.stringify(role)}, and there is none`, [
        ...didYouMean(role, Object.keys(NAMES)),
        `roles: ${Object.keys(NAMES).join(', ')}`,
      ])
    if (!names.includes(name)) throw absent(option('columns'), name, names, place)
    roles[role as Role] = name
  }
  for (const name of extraNudges) if (!names.includes(name)) throw absent(option('nudges'), name, names, place)
  const taken = new Set([...Object.values(roles), ...extraNudges])
  const parts: string[] = roles.part === undefined ? [] : [roles.part]
  for (const [role, known] of Object.entries(NAMES) as [Role, readonly string[]][]) {
    const found = known.flatMap((each) => names.filter((name) => plain(name) === each && !taken.has(name)))
    if (SEVERAL.includes(role) && roles.part === undefined) parts.push(...found)
    if (roles[role] === undefined && found[0] !== undefined) roles[role] = found[0]
  }
  const nudges = [...new Set([...names.filter((name) => NUDGES.includes(plain(name))), ...extraNudges])]
  requireRoles(roles, names, place)
  const used = new Set([...Object.values(roles), ...parts, ...nudges])
  return {roles, parts, nudges, unused: names.filter((name) => !used.has(name))}
}

function requireRoles(roles: Columns['roles'], names: readonly string[], place: string): void {
  const here = `its columns are ${names.join(', ')}`
  for (const role of ['question', 'verdict'] as const)
    if (roles[role] === undefined)
      throw new InputError(`${place}: has no column that names the ${role}; ${here}`, [
        `call it ${NAMES[role][0]}, or say ${option('columns')} ${role}=NAME`,
      ])
  const ways = [
    roles.options !== undefined && 'options',
    (roles.first ?? roles.second) !== undefined && 'first and second',
    (roles.optionA ?? roles.optionB) !== undefined && 'option_a and option_b',
  ].filter((way) => way !== false)
  if (ways.length === 0)
    throw new InputError(`${place}: has no columns that name the options; ${here}`, [
      'call them first and second in the order shown, or option_a and option_b with a column order, or options for lists',
    ])
  if (ways.length > 1)
    throw new InputError(`${place}: names the options in more than one way, as ${ways.join(', and as ')}`, [
      'leave out or rename the columns that do not count',
    ])
  const pairs = [
    ['first', 'second'],
    ['optionA', 'optionB'],
    ['lengthFirst', 'lengthSecond'],
    ['lengthA', 'lengthB'],
  ] as const
  for (const [one, other] of pairs)
    if ((roles[one] === undefined) !== (roles[other] === undefined))
      throw new InputError(`${place}: has the column ${roles[one] ?? roles[other]} and not its counterpart; ${here}`, [
        `say ${option('columns')} ${roles[one] === undefined ? one : other}=NAME`,
      ])
  if (roles.order !== undefined && roles.optionA === undefined)
    throw new InputError(`${place}: has a column order, and options that are named in the order shown (${ways[0]})`, [
      'leave out the column order, or call the options option_a and option_b',
    ])
}

const absent = (flag: string, name: string, names: readonly string[], place: string) =>
  new UsageError(`${flag} names the column ${JSON.stringify(name)}, which ${place} does not have`, [
    ...didYouMean(name, names),
    `its columns are ${names.join(', ')}`,
  ])
