import type {TerminalOptions} from './style.js'
import {verdictLines} from './verdict.js'

/** What a process of a run in stages did, and what comes next. Ends with a newline. */
export function stageText(
  {
    stage,
    shard,
    folder,
    groups,
  }: {
    stage: string
    shard: {index: number; count: number} | null
    folder: string
    groups: {done: number; kept: number} | null
  },
  next: string | undefined,
  options: TerminalOptions,
): string {
  const which = shard === null ? `Stage ${stage}` : `Stage ${stage}, shard ${shard.index} of ${shard.count}`
  const kept = groups !== null && groups.kept > 0 ? `, ${groups.kept} were there` : ''
  const work = groups === null ? '' : `, ${groups.done} ${groups.done === 1 ? 'group' : 'groups'} of nodes${kept}`
  const after = next === undefined ? 'the same command without a stage, which writes the result' : `the stage ${next}`
  const verdict = {
    status: 'done' as const,
    summary: `${which}: done in ${folder}${work}.`,
    meaning: [`${shard === null ? 'Next' : 'When all shards are done'}: ${after}.`],
  }
  return `${verdictLines(verdict, options).join('\n')}\n`
}
