// A Stryker plugin: its runner of vitest tests, which tries the mutants that were drawn and no other.
import {commonTokens, declareFactoryPlugin, PluginKind, tokens} from '@stryker-mutator/api/plugin'
import {MutantRunStatus} from '@stryker-mutator/api/test-runner'
import {strykerPlugins as plugins} from '@stryker-mutator/vitest-runner'
import {keyOf} from './draw.mjs'

function onlyDrawn(injector) {
  const drawn = new Set(injector.resolve(commonTokens.options).drawn)
  const runner = plugins[0].factory(injector)
  const mutantRun = runner.mutantRun.bind(runner)
  // What has a runtime error has no part in any figure of Stryker's.
  runner.mutantRun = (options) =>
    drawn.has(keyOf(options.activeMutant))
      ? mutantRun(options)
      : Promise.resolve({status: MutantRunStatus.Error, errorMessage: 'not drawn'})
  return runner
}
onlyDrawn.inject = tokens(commonTokens.injector)

export const strykerPlugins = [declareFactoryPlugin(PluginKind.TestRunner, 'drawn-vitest', onlyDrawn)]
