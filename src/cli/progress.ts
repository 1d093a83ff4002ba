/** Called by a service to report progress; `total` 0 means unknown. */
export type OnProgress = (stage: string, done: number, total: number) => void

const REDRAW_MS = 100
const LINE_MS = 5000

/**
 * Progress on stderr: on a terminal a bar with rate and remaining time, otherwise a plain line every few seconds. Short
 * runs print nothing to a pipe.
 */
export class Progress {
  private stage = ''
  private stageStart = 0
  private lastDrawn: number
  private drawn = false
  private silent = false

  constructor(
    private readonly stream: {isTTY?: boolean; columns?: number; write(text: string): unknown},
    private readonly now: () => number = () => performance.now(),
  ) {
    this.lastDrawn = now()
  }

  /** Stops printing. */
  silence(): void {
    this.silent = true
  }

  readonly update: OnProgress = (stage, done, total) => {
    if (this.silent) return
    const now = this.now()
    if (stage !== this.stage) {
      this.stage = stage
      this.stageStart = now
    }
    const terminal = this.stream.isTTY === true
    if (now - this.lastDrawn < (terminal ? REDRAW_MS : LINE_MS)) return
    this.lastDrawn = now
    const line = progressLine(stage, done, total, now - this.stageStart, terminal ? (this.stream.columns ?? 80) : 80)
    this.stream.write(terminal ? `\r\u001b[2K${line}` : `${line}\n`)
    this.drawn = terminal
  }

  /** Clears the bar before the result. */
  end(): void {
    if (this.drawn) this.stream.write('\r\u001b[2K')
    this.drawn = false
  }
}

/** One line of at most `columns` characters: stage, bar, share, rate, remaining time. */
export function progressLine(stage: string, done: number, total: number, elapsedMs: number, columns: number): string {
  const rate = elapsedMs > 0 ? (done / elapsedMs) * 1000 : 0
  const speed = rate > 0 ? `${rate >= 10 ? Math.round(rate) : rate.toFixed(1)}/s` : ''
  if (total <= 0) return `${stage}  ${done}  ${speed}`.slice(0, columns).trimEnd()
  const share = Math.min(done / total, 1)
  const remaining = rate > 0 && share < 1 ? `${Math.ceil((total - done) / rate)} s left` : ''
  const tail = `${String(Math.round(share * 100)).padStart(3)} %  ${done}/${total}  ${speed}  ${remaining}`.trimEnd()
  const width = Math.min(24, columns - stage.length - tail.length - 4)
  if (width < 4) return `${stage}  ${tail}`.slice(0, columns)
  const filled = Math.round(share * width)
  return `${stage}  ${'█'.repeat(filled)}${'░'.repeat(width - filled)}  ${tail}`
}
