import type {Target} from '../../../scripts/fuzz/target.js'

/** Every reader of surety, by the room it belongs to: a process loads the rooms that it needs. */
const ROOMS: (() => Promise<readonly Target[]>)[] = [
  async () => (await import('./data.js')).DATA_TARGETS,
  async () => (await import('./graph.js')).GRAPH_TARGETS,
  async () => (await import('./checkpoint.js')).CHECKPOINT_TARGETS,
  async () => (await import('./report.js')).REPORT_TARGETS,
  async () => (await import('./gate.js')).GATE_TARGETS,
  async () => (await import('./outputs.js')).OUTPUTS_TARGETS,
]

export const allTargets = async (): Promise<Target[]> => (await Promise.all(ROOMS.map((room) => room()))).flat()

export async function targetOf(name: string): Promise<Target> {
  for (const room of ROOMS) {
    const found = (await room()).find((target) => target.name === name)
    if (found !== undefined) return found
  }
  throw new Error(`there is no target ${name}`)
}
