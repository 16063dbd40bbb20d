/** Milliseconds between two drawings: often enough to look alive, seldom enough to cost nothing. */
const REDRAW_MS_MIN = 100
const BAR_CELLS = 24

export interface ProgressBar {
  readonly show: (done: number, total: number, more: string) => void
  /** Removes it from the screen; may be called more than once. */
  readonly clear: () => void
}

/** One line on standard error that is drawn over and over; nothing at all where that is no terminal. */
export function progressBar(noun: string): ProgressBar {
  const stream = process.stderr
  if (!stream.isTTY) return { show: () => undefined, clear: () => undefined }
  const start = performance.now()
  let drawn = 0
  let visible = false
  return {
    show: (done, total, more) => {
      const now = performance.now()
      if (now - drawn < REDRAW_MS_MIN) return
      drawn = now
      visible = true
      stream.write(`\r${progressLine(done, total, now - start, noun, more).slice(0, stream.columns - 1)}\u001b[K`)
    },
    clear: () => {
      if (visible) stream.write("\r\u001b[K")
      visible = false
    },
  }
}

/** `██████░░░░  62 %  1,234,567 rows/s  12 s left  480 MB written` */
export function progressLine(done: number, total: number, elapsedMs: number, noun: string, more: string): string {
  const part = total === 0 ? 1 : Math.min(1, done / total)
  const full = Math.round(part * BAR_CELLS)
  const perSecond = elapsedMs === 0 ? 0 : Math.round((done / elapsedMs) * 1000)
  const left = part === 0 ? "" : `  ${Math.ceil((elapsedMs * (1 - part)) / part / 1000)} s left`
  const bar = "█".repeat(full) + "░".repeat(BAR_CELLS - full)
  return `${bar} ${String(Math.floor(part * 100)).padStart(3)} %  ${perSecond.toLocaleString("en-US")} ${noun}/s${left}  ${more}`
}
