import * as Schema from "effect/Schema"
import { ActorError, Cancelled, QueryError } from "../../actors/errors.ts"

const isActorError = Schema.is(ActorError)

/** Every failure has a tag: what has none is a defect of Skein's own, and says so. */
export function asActorError(error: unknown): ActorError {
  if (isActorError(error)) return error
  if (error instanceof Error && error.name === "AbortError") {
    return new Cancelled({ message: "the query was cancelled" })
  }
  if (error instanceof Error && error.name === "TimeoutError") {
    return new Cancelled({ message: "the query was cancelled: its deadline has passed" })
  }
  const reason = error instanceof Error ? error.message : String(error)
  return new QueryError({ kind: "Defect", message: `this is a defect of Skein, please report it: ${reason}` })
}
