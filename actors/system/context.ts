import type { ActorContext } from "./actor.ts"
import type { ActorCell } from "./cell.ts"
import { ActorMisuse } from "./errors.ts"

/** Promises that one instance may have piped and not yet settled. */
export const PIPES_OUTSTANDING_MAX = 1024

/** Timers and questions that one instance may have under way. */
export const TIMERS_OUTSTANDING_MAX = 1024

/**
 * What an instance may do. Bound to that instance: its work that ends later is dropped, and starting anything new
 * through it is a defect that is told to whoever tries.
 */
export function actorContext<M>(cell: ActorCell<M>): ActorContext<M> {
  const instance = cell.instance
  const path = cell.address.path
  const requireAlive = (what: string) => {
    if (cell.instance === instance) return
    throw new ActorMisuse({ message: `actor "${path}" cannot ${what}: this instance of it has ended` })
  }
  const requireRoom = (what: string, count: number, limit: number) => {
    if (count < limit) return
    throw new ActorMisuse({ message: `actor "${path}" cannot ${what}: it has ${limit} under way, which is the limit` })
  }
  const pipe: ActorContext<M>["pipe"] = (work, onDone, onError) => {
    // Whoever pipes from a dead instance still hands over a promise: it must not become an unhandled rejection.
    work.catch(() => undefined)
    requireAlive("pipe")
    requireRoom("pipe", cell.pipes, PIPES_OUTSTANDING_MAX)
    cell.pipes += 1
    cell.kernel.counts.piped += 1
    const settle = (make: () => M) => {
      if (cell.instance === instance) {
        cell.kernel.counts.piped -= 1
        cell.pipes -= 1
      }
      cell.report(instance, make)
    }
    work.then(
      (value) => settle(() => onDone(value)),
      (error: unknown) => settle(() => onError(error)),
    )
  }
  return {
    self: cell.self,
    pipe,
    spawn: (name, factory, options) => {
      requireAlive("spawn")
      return cell.spawnChild(name, factory, options)
    },
    stop: () => {
      if (cell.instance === instance) cell.kernel.betweenTurns(() => void cell.stop({ _tag: "Stopped" }))
    },
    stopChild: (child) => {
      if (cell.instance === instance) cell.stopChild(child)
    },
    after: (milliseconds, message) => {
      requireAlive("set a timer")
      requireRoom("set a timer", cell.undo.size, TIMERS_OUTSTANDING_MAX)
      const end = () => {
        if (!cell.undo.delete(end)) return
        clearTimeout(timer)
        cell.kernel.counts.timers -= 1
      }
      const timer = setTimeout(() => {
        end()
        cell.report(instance, () => message)
      }, milliseconds)
      cell.undo.add(end)
      cell.kernel.counts.timers += 1
      return end
    },
    ask: (ask, onReply, onError) => {
      requireAlive("ask")
      requireRoom("ask", cell.undo.size, TIMERS_OUTSTANDING_MAX)
      const abort = new AbortController()
      const end = () => abort.abort()
      cell.undo.add(end)
      const answer = cell.kernel.ask(ask, abort.signal).finally(() => cell.undo.delete(end))
      pipe(answer, onReply, onError)
    },
    ref: (address) => cell.kernel.ref(address),
  }
}
