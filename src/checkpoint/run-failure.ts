import {InputError, SuretyError, option} from '../errors.js'
import type {DataSet} from './data-types.js'
import {size} from './pool.js'

/** Size mismatches: typical of a batch size fixed inside the model. */
const SIZES = /reshap|expand|broadcast|dimension|incompatible|mismatch|shape|size/i

/** The error for a model that failed on some rows; our own errors are returned unchanged. */
export function doesNotRun(path: string, rows: Uint32Array, data: DataSet, cause: unknown): Error {
  if (cause instanceof SuretyError) return cause
  const why = runtimeReason(cause)
  const batch = fixedBatch(why, rows.length)
  const which = rows.length === 1 ? `row ${rows[0]!}` : `${rows.length} rows in one batch, from row ${rows[0]!},`
  return new InputError(
    `${path}: does not run on ${which} of ${data.inputFiles[0]!.path}: ${why}`,
    [
      'check that this data belongs to this model',
      ...(rows.length > 1 && SIZES.test(why)
        ? [
            batch > 1
              ? `the export fixed the batch size inside of the model: ${option('batchSize')} ${batch}`
              : `where the export fixed the batch size inside of the model, run each example by itself: ${option('batchSize')} 1`,
          ]
        : []),
    ],
    {cause},
  )
}

/** The batch size that a reshape was exported with, if its failure shows it; else 1. */
function fixedBatch(why: string, rows: number): number {
  const shapes = /Input shape:\{([\d,]+)\}, requested shape:\{([\d,]+)\}/.exec(why)?.slice(1) ?? []
  const [given = NaN, wanted = NaN] = shapes.map((shape) => size(shape.split(',').map(Number)))
  // Independent of layout: values per example are constant.
  const batch = (wanted * rows) / given
  return Number.isInteger(batch) && batch > 0 ? batch : 1
}

/**
 * A runtime's failure message without references to its own source code: the node that failed, and the text after the
 * signatures.
 */
export function runtimeReason(error: unknown): string {
  const [line = ''] = String(error instanceof Error ? error.message : error).split(/\r?\n/)
  const node = /while running (\S+) node\.(?: Name:'([^']*)')?/.exec(line)
  const status = line.split(/Status Message:\s*/).at(-1)!
  const said = status
    // path/to/file.cc:41 and the signature that follows it, up to the condition that failed
    .replace(/\S*\.(?:cc|h|cpp|cu):\d+\s+/g, '')
    .replace(/[\w:~<>*&, ]+::[\w:~<>]+\([^()]*(?:\([^()]*\)[^()]*)*\)(?:\s*const)?\s*(?:\[[^\]]*\]\s*)?/g, '')
    .replace(/\b[\w.()<>:>\- ]*\s(?:==|!=|<=|>=|<|>)\s[\w.()<>:>\- ]*\bwas false\.\s*/g, '')
    .replace(/\b\S+ was false\.\s*/g, '')
    .replace(/\b(?:onnxruntime|gsl|std)::[\w:<>]+/g, '')
    .replace(/^\s*(?:\[\w+\]\s*:\s*\d+\s*:\s*\w+\s*:\s*)/, '')
    .replace(/\s+/g, ' ')
    .trim()
    .slice(0, 300)
  if (node === null) return said
  return `node ${node[2] || '(without a name)'} (${node[1]!}): ${said || 'it fails'}`
}
