import {BlockRunner} from '../../../src/pairwise/cpu/runner.js'

/** Gives every job to the workers, however small. */
export class Eager extends BlockRunner {
  override isParallel(): boolean {
    return true
  }
}
