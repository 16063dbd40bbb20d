import * as Schema from "effect/Schema"
import { Address } from "../../../transport/address.ts"

/** What both threads of port-link.test.ts say to each other. */
const Question = Schema.Struct({ bytes: Schema.Uint8Array, replyTo: Address })
export type Question = typeof Question.Type
export const decodeQuestion: (message: unknown) => Question = Schema.decodeUnknownSync(Question)

const Answer = Schema.Struct({ length: Schema.Number, first: Schema.Number })
export const decodeAnswer: (message: unknown) => typeof Answer.Type = Schema.decodeUnknownSync(Answer)
