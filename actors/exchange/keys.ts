import type { BatchBytes } from "../engine/messages.ts"

/** One run of one task: the unit that is written, and kept or discarded, as a whole. */
export interface AttemptKey {
  readonly query: string
  readonly stage: number
  readonly task: number
  readonly attempt: number
}

/** `sequence` counts from 0 within (attempt, partition). */
export interface BatchKey extends AttemptKey {
  readonly partition: number
  readonly sequence: number
}

/** What a producer says at its end of one partition; a consumer checks it against what came. */
export interface EndMarker {
  readonly batches: number
  readonly rows: number
  readonly bytes: number
}

/** A batch as a consumer gets it. */
export interface ExchangeBatch extends BatchBytes {
  /** The task of the producing stage. */
  readonly producer: number
  readonly partition: number
  readonly sequence: number
}

/** `Query q-7, stage 2, task 0 (attempt 1)`: how every sentence of the exchange begins. */
export function attemptText(key: AttemptKey): string {
  return `Query ${key.query}, stage ${key.stage}, task ${key.task} (attempt ${key.attempt})`
}
