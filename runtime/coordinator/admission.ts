import { QueryError } from "../../actors/errors.ts"

/** Queries that run at once; their tasks share the engines. */
const QUERIES_RUNNING_MAX = 8

/** Queries that wait to run; one more is refused. */
const QUERIES_WAITING_MAX = 64

/** Lets queries in, in the order of their arrival. */
export interface Admission {
  /** Gives the function that leaves again; calling it twice is the same as once. Rejects with the signal's reason. */
  readonly enter: (signal: AbortSignal | undefined) => Promise<() => void>
}

export function admission(runningMax = QUERIES_RUNNING_MAX, waitingMax = QUERIES_WAITING_MAX): Admission {
  let running = 0
  const waiting = new Set<() => void>()

  const place = () => {
    running += 1
    let left = false
    return () => {
      if (left) return
      left = true
      running -= 1
      const [next] = waiting
      next?.()
    }
  }
  return {
    enter: async (signal) => {
      signal?.throwIfAborted()
      if (running < runningMax) return place()
      if (waiting.size >= waitingMax) {
        throw new QueryError({
          kind: "Admission",
          message: `${runningMax} queries run and ${waitingMax} wait: try again when one of them has ended`,
        })
      }
      return new Promise((resolve, reject) => {
        const end = () => {
          waiting.delete(admit)
          signal?.removeEventListener("abort", giveUp)
        }
        const admit = () => {
          end()
          resolve(place())
        }
        const giveUp = () => {
          end()
          reject(signal?.reason)
        }
        waiting.add(admit)
        signal?.addEventListener("abort", giveUp, { once: true })
      })
    },
  }
}
