import type { Sink } from "./format.ts"

/** Letters collected before they are written: one system call for many rows, and never a whole result in memory. */
const LETTERS_PER_WRITE = 128 * 1024

export interface LineBuffer {
  /** Resolves at once unless the sink has to catch up. */
  readonly add: (text: string) => Promise<void> | undefined
  readonly flush: () => Promise<void>
}

export function lineBuffer(sink: Sink): LineBuffer {
  let held: string[] = []
  let letters = 0
  const flush = async (): Promise<void> => {
    if (letters === 0) return
    const text = held.join("")
    held = []
    letters = 0
    await sink.write(text)
  }
  const add = (text: string): Promise<void> | undefined => {
    held.push(text)
    letters += text.length
    return letters < LETTERS_PER_WRITE ? undefined : flush()
  }
  return { add, flush }
}
