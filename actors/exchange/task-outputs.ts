import type { AttemptSurroundings } from "./attempt-output.ts"
import { AttemptOutput } from "./attempt-output.ts"
import type { AttemptKey } from "./keys.ts"

/** The attempts of one task, of which at most one is ever readable. */
export class TaskOutputs {
  committed: AttemptOutput | undefined
  /** The task will never be complete. */
  failure: Error | undefined
  private readonly attempts = new Map<number, AttemptOutput>()
  /** Attempts whose late batches are refused. As many as the scheduler's limit of attempts. */
  private readonly dead = new Set<number>()

  /** The attempt that `key` may still write to; undefined when it is dead, finished, or another one is committed. */
  writable(key: AttemptKey, around: AttemptSurroundings): AttemptOutput | undefined {
    if (this.committed !== undefined || this.dead.has(key.attempt)) return undefined
    const known = this.attempts.get(key.attempt)
    if (known !== undefined) return known.markers === undefined ? known : undefined
    const fresh = new AttemptOutput(
      { query: key.query, stage: key.stage, task: key.task, attempt: key.attempt },
      around,
    )
    this.attempts.set(key.attempt, fresh)
    return fresh
  }

  attempt(number: number): AttemptOutput | undefined {
    return this.attempts.get(number)
  }

  /** What a reader that does not wait for the commit may see: the committed attempt, else the newest. */
  newest(): AttemptOutput | undefined {
    return this.committed ?? [...this.attempts.values()].toSorted((a, b) => a.key.attempt - b.key.attempt).at(-1)
  }

  /** Takes the attempt out, for good; whoever calls drops what it held. */
  discard(number: number): AttemptOutput | undefined {
    const known = this.attempts.get(number)
    this.dead.add(number)
    this.attempts.delete(number)
    return known
  }

  all(): readonly AttemptOutput[] {
    return [...this.attempts.values()]
  }
}
