// The worker of evaluate when it runs from TypeScript (tests, benchmarks, bin/dev.js); a build does not contain this file.
import {register} from 'tsx/esm/api'

register()
await import('./worker.ts')
