import {Session} from 'node:inspector'

interface Covered {
  result: {
    url: string
    functions: {functionName: string; ranges: {startOffset: number; endOffset: number; count: number}[]}[]
  }[]
}

/** What the engine itself counts: which blocks of the sources ran since the last look. */
export class Coverage {
  readonly #session = new Session()
  /** ways in which a function ran: the blocks of it that did and those that did not */
  readonly #seen = new Set<string>()

  constructor() {
    this.#session.connect()
    this.#post('Profiler.enable')
    this.#post('Profiler.startPreciseCoverage', {callCount: true, detailed: true})
  }

  /** How many functions ran in a way that none did before; counts start again from zero. */
  take(): number {
    const before = this.#seen.size
    for (const {url, functions} of (this.#post('Profiler.takePreciseCoverage') as Covered).result) {
      if (!isReader(url)) continue
      for (const {functionName, ranges} of functions) {
        if (ranges[0]!.count === 0) continue
        this.#seen.add(
          `${url} ${functionName} ${ranges.map(({startOffset, count}) => `${startOffset}${count > 0 ? '+' : '-'}`).join(' ')}`,
        )
      }
    }
    return this.#seen.size - before
  }

  /** Drops what ran since the last look. */
  skip(): void {
    this.#post('Profiler.takePreciseCoverage')
  }

  get ways(): number {
    return this.#seen.size
  }

  #post(method: string, parameters: object = {}): unknown {
    let answer: unknown
    this.#session.post(method, parameters, (error, result) => {
      if (error !== null) throw new Error(error.message)
      answer = result
    })
    return answer
  }
}

/** surety's sources and the libraries that read for it; not the fuzzer, the loader or Node. */
const isReader = (url: string): boolean =>
  url.startsWith('file:') &&
  (/\/(src|commands)\/[^/]/.test(url) && !url.includes('node_modules')
    ? true
    : /node_modules\/(hyparquet|csv-parse|saxes|fast-png|jpeg-js|@huggingface|protobufjs|fflate|iobuffer)/.test(url))
