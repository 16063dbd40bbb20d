import * as Schema from "effect/Schema"
import { ActorError } from "../../actors/errors.ts"
import type { Codec } from "../../transport/codec.ts"
import { codecOf } from "../../transport/codec.ts"
import { TransportFailure } from "../../transport/errors.ts"
import { asActorError } from "../scheduler/failure.ts"

const Failure = Schema.Union([...ActorError.members, TransportFailure])
const isFailure = Schema.is(Failure)
const codec = codecOf(Failure)

/** How what a handler throws crosses to the node that asked: every error with its tag and its own words. */
export const failures: Codec<unknown> = {
  encode: (error) => codec.encode(isFailure(error) ? error : asActorError(error)),
  decode: codec.decode,
}

export function isTransportFailure(error: unknown): error is TransportFailure {
  return error instanceof TransportFailure
}

export function words(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
