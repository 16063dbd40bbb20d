import { deepStrictEqual } from "node:assert"
import { once } from "node:events"
import { MessageChannel, Worker } from "node:worker_threads"
import { afterEach, expect, test } from "vitest"
import type { ActorFactory, SendResult } from "./actor.ts"
import { decodeAnswer } from "./testing/echo-messages.ts"
import type { Question } from "./testing/echo-messages.ts"
import { LINK_MESSAGES_MAX, linkThrough } from "./port-link.ts"
import type { ActorSystem } from "./system.ts"
import { createActorSystem } from "./system.ts"
import { workerPort } from "./worker-port.ts"

const cleanups: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup()
})

function newSystem(node: string, lost: string[] = []): ActorSystem {
  const system = createActorSystem({
    node,
    onDeadLetter: (address, message) => lost.push(`${address.node}:${address.path}: ${String(message)}`),
  })
  cleanups.push(async () => {
    await system.close()
    const { actors, timers, asks } = system.counts()
    deepStrictEqual({ actors, timers, asks }, { actors: 0, timers: 0, asks: 0 })
  })
  return system
}

/** Two systems over a MessageChannel: the same structured clone as between threads. */
function joined() {
  const lost: string[] = []
  const [a, b] = [newSystem("a", lost), newSystem("b", lost)]
  const { port1, port2 } = new MessageChannel()
  const closeA = linkThrough(a, "b", workerPort(port1))
  linkThrough(b, "a", workerPort(port2))
  return { a, b, lost, closeA, rawToA: port2 }
}

const asText = (message: unknown) => {
  if (typeof message !== "string") throw new TypeError("a text is expected")
  return message
}

test("an actor of a real thread is asked and answers; buffers move, shared bytes are shared", async () => {
  const thread = new Worker(new URL("./testing/echo-thread.ts", import.meta.url))
  cleanups.push(() => thread.terminate())
  await once(thread, "message")
  const system = newSystem("main")
  linkThrough(system, "thread", workerPort(thread))
  const echo = system.ref<Question>({ node: "thread", path: "echo" })
  const ask = (bytes: Uint8Array, transfer?: readonly ArrayBuffer[]) =>
    system.ask({
      deadlineMs: 60_000,
      decode: decodeAnswer,
      send: (replyTo) => echo.send({ bytes, replyTo: replyTo.address }, transfer),
    })
  const moved = new Uint8Array(1000).fill(7)
  expect(await ask(moved, [moved.buffer])).toEqual({ length: 1000, first: 7 })
  expect(moved.byteLength).toBe(0)
  const shared = new Uint8Array(new SharedArrayBuffer(500)).fill(9)
  expect(await ask(shared)).toEqual({ length: 500, first: 9 })
  expect(shared.byteLength).toBe(500)

  const ended = once(thread, "exit")
  await thread.terminate()
  await ended
  expect(echo.send({ bytes: shared, replyTo: echo.address })).toBe("stopped")
})

test("an actor whose mailbox is full fills its own window only, and gets everything in order in the end", async () => {
  const { a, b } = joined()
  const got: string[] = []
  const count = 4 * LINK_MESSAGES_MAX
  const allThere = Promise.withResolvers<void>()
  const quick = Promise.withResolvers<string>()
  const narrow: ActorFactory<string> = () => ({
    receive: (message) => {
      got.push(message)
      if (got.length === count) allThere.resolve()
    },
  })
  b.spawn<string>("narrow", narrow, { decode: asText, mailboxMessages: 1 })
  b.spawn<string>("quick", () => ({ receive: quick.resolve }), { decode: asText })
  const toNarrow = a.ref<string>({ node: "b", path: "narrow" })
  const results = Array.from({ length: LINK_MESSAGES_MAX + 2 }, (_, i) => toNarrow.send(`${i}`))
  expect(results).toEqual([...Array<SendResult>(LINK_MESSAGES_MAX).fill("accepted"), "full", "full"])
  expect(a.ref<string>({ node: "b", path: "quick" }).send("hello")).toBe("accepted")
  expect(await quick.promise).toBe("hello")
  for (let i = LINK_MESSAGES_MAX; i < count;) {
    if (toNarrow.send(`${i}`) === "accepted") i += 1
    else await new Promise(setImmediate)
  }
  await allThere.promise
  expect(got).toEqual(Array.from({ length: count }, (_, i) => `${i}`))
})

test("nobody there, an actor that takes no foreign messages, a message of the wrong shape: lost with a word", async () => {
  const { a, b, lost } = joined()
  b.spawn<string>("private", () => ({ receive: () => undefined }))
  const got = Promise.withResolvers<string>()
  b.spawn<string>("open", () => ({ receive: got.resolve }), { decode: asText })
  a.ref<string>({ node: "b", path: "nobody" }).send("1")
  a.ref<string>({ node: "b", path: "private" }).send("2")
  a.ref<number>({ node: "b", path: "open" }).send(3)
  a.ref<string>({ node: "b", path: "open" }).send("4")
  expect(await got.promise).toBe("4")
  expect(lost).toEqual(["b:nobody: 1", "b:private: 2", "b:open: 3"])
})

test("a closed link says stopped on both sides; a message that cannot be cloned throws at its sender", async () => {
  const { a, b, closeA } = joined()
  const toB = a.ref<unknown>({ node: "b", path: "x" })
  expect(() => toB.send(() => undefined)).toThrow("could not be cloned")
  closeA()
  expect(toB.send("late")).toBe("stopped")
  const toA = b.ref<string>({ node: "a", path: "x" })
  while (toA.send("until it is noticed") !== "stopped") await new Promise(setImmediate)
  expect(toA.send("late")).toBe("stopped")
})

test("an end that does not speak this protocol loses its link", async () => {
  const { a, rawToA } = joined()
  rawToA.postMessage({ _tag: "nonsense" })
  const toB = a.ref<string>({ node: "b", path: "x" })
  while (toB.send("until it is noticed") !== "stopped") await new Promise(setImmediate)
  expect(a.counts().deadLetters).toBe(1)
})
