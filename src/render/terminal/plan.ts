import type {SolverPlan} from '../../sanitize/plan.js'
import {formatBytes, duration} from '../format.js'
import {palette, type TerminalOptions} from './style.js'
import {tableLines} from './table.js'
import {finish} from './text.js'

/** How the kernel scores of a graph would be computed, and what each way would cost. Ends with a newline. */
export function planText({solver, reason, memoryLimitBytes, costs}: SolverPlan, options: TerminalOptions): string {
  const paint = palette(options.colour)
  const rows = costs.map((cost) => [
    cost.solver === solver ? `${cost.solver} *` : cost.solver,
    formatBytes(cost.memoryBytes),
    cost.memoryBytes > memoryLimitBytes ? 'too much memory' : `about ${duration(1000 * cost.seconds)}`,
    cost.scores,
  ])
  const [head, ...lines] = tableLines(
    {head: ['solver', 'memory', 'time', 'scores'], align: ['left', 'right', 'right', 'left'], rows},
    options.columns - 2,
  )
  return finish([
    `${paint.bold(`solver ${solver}`)}: ${reason}`,
    '',
    `  ${paint.dim(head!)}`,
    ...lines.map((line) => `  ${line}`),
    '',
    `memory is the peak of the whole process, limit ${formatBytes(memoryLimitBytes)}; times are rough, for the kernel scores on the processor alone`,
  ])
}
