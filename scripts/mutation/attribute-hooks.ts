import {afterAll, afterEach, beforeAll} from 'vitest'

/**
 * Stryker takes what a beforeAll hook runs for code of the module, on which every test of every file may depend. Here
 * it counts for the tests of its own file, in which the mutant is active before the hooks run: the same tests notice,
 * and the others need not run.
 */
interface Stryker {
  currentTestId?: string | undefined
  mutantCoverage?: {perTest: Record<string, Record<string, number>>}
}
interface Task {
  type: string
  name: string
  tasks?: Task[]
}

const HOOKS = 'hooks'
const stryker = (): Stryker => ((globalThis as {__stryker__?: Stryker}).__stryker__ ??= {})
const inHooks = () => {
  stryker().currentTestId = HOOKS
}

beforeAll(inHooks)
afterEach(inHooks)
// eslint-disable-next-line no-empty-pattern -- vitest hands the file over behind the fixtures
afterAll(({}, file) => {
  const {mutantCoverage} = stryker()
  const own = mutantCoverage?.perTest[HOOKS]
  if (own === undefined) return
  delete mutantCoverage!.perTest[HOOKS]
  for (const name of testNames(file)) {
    const covered = (mutantCoverage!.perTest[`${file.file.filepath}#${name}`] ??= {})
    for (const [mutant, count] of Object.entries(own)) covered[mutant] = (covered[mutant] ?? 0) + count
  }
})

/** Names as Stryker's runner joins them. */
const testNames = ({tasks = []}: Task): string[] =>
  tasks.flatMap((task) => (task.type === 'suite' ? testNames(task).map((name) => `${task.name} ${name}`) : [task.name]))
