import * as Schema from "effect/Schema"

/** Letters of a node's name and of each step of a path: what is also safe as one token of a NATS subject. */
const NAME = /^[A-Za-z0-9_-]{1,64}$/
const PATH = /^[A-Za-z0-9_-]{1,64}(\/[A-Za-z0-9_-]{1,64}){0,15}$/

/** Where a message goes: an actor or a service of one node. The same form in this thread, another thread, another node. */
export const Address = Schema.Struct({
  node: Schema.String.check(Schema.isPattern(NAME)),
  /** Steps separated by "/": `query-7/scheduler`. A child's path starts with its parent's. */
  path: Schema.String.check(Schema.isPattern(PATH)),
})
export type Address = typeof Address.Type

/** `node:path`, for people, logs and map keys. */
export function addressText(address: Address): string {
  return `${address.node}:${address.path}`
}

/** Whether `name` may be a node's name or one step of a path. */
export function isName(name: string): boolean {
  return NAME.test(name)
}

/** Whether `path` may be an address's path. */
export function isPath(path: string): boolean {
  return PATH.test(path)
}
