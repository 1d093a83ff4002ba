// The thread that reads files when it runs from TypeScript (tests, bin/dev.js); a build does not contain this file.
import {register} from 'tsx/esm/api'

register()
await import('./reading-worker.ts')
