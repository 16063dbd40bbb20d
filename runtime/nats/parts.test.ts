import { setImmediate as turn } from "node:timers/promises"
import { expect, test } from "vitest"
import type { Answer, Headers } from "../../transport/nats/answers.ts"
import { partsOf } from "./parts.ts"

const HEADERS = { a: "b" }
/** What the headers of the first message take in these tests. */
const HEADERS_BYTES = 4

interface Sent {
  readonly body: string
  readonly headers: Headers | undefined
}

function fakeAnswer(messageBytesMax: number, room: () => Promise<void> = () => Promise.resolve()) {
  const sent: Sent[] = []
  const answer: Answer = {
    ackSubject: "ack",
    signal: new AbortController().signal,
    messageBytesMax: () => messageBytesMax,
    bodyBytesMax: (headers) => messageBytesMax - (headers === undefined ? 0 : HEADERS_BYTES),
    part: async (body, headers) => {
      await room()
      sent.push({ body: Buffer.from(body).toString(), headers })
    },
    last: () => undefined,
    lastWithPatience: () => Promise.resolve(),
    close: () => undefined,
  }
  return { answer, sent }
}

function open(answer: Answer, asTheyCome = false, signal = new AbortController().signal) {
  return partsOf(answer, { headers: HEADERS, asTheyCome, signal })
}

test.each<[string, readonly string[], readonly string[]]>([
  ["nothing", [], []],
  ["empty writes", ["", ""], []],
  ["one that fits exactly beside the headers", ["abcdef"], ["abcdef"]],
  ["one that does not", ["abcdefg"], ["abcdef", "g"]],
  ["many small ones", "abcdefghijklmnopqrs".split(""), ["abcdef", "ghijklmnop", "qrs"]],
  ["one large one after a small one", ["a", "bcdefghijklmnopqrstuvwxyz"], ["abcdef", "ghijklmnop", "qrstuvwxyz"]],
])("cuts %s", async (_, writes, bodies) => {
  const { answer, sent } = fakeAnswer(10)
  const parts = open(answer)
  for (const chunk of writes) await parts.write(chunk)
  await parts.end()
  expect(sent.map(({ body }) => body)).toEqual(bodies)
  expect(sent.map(({ headers }) => headers)).toEqual(bodies.map((__, i) => (i === 0 ? HEADERS : undefined)))
  expect([parts.bytes(), parts.messages()]).toEqual([writes.join("").length, bodies.length])
})

test("what is written soon after each other leaves together, without an end", async () => {
  const { answer, sent } = fakeAnswer(100)
  const parts = open(answer, true)
  await parts.write("a")
  await parts.write("b")
  while (sent.length === 0) await turn()
  expect(sent).toEqual([{ body: "ab", headers: HEADERS }])
  await parts.write("c")
  parts.close()
})

test("a writer waits while a part that was begun without it waits for room", async () => {
  const room = Promise.withResolvers<undefined>()
  let asked = 0
  const { answer, sent } = fakeAnswer(100, () => {
    asked += 1
    return room.promise.then(() => undefined)
  })
  const parts = open(answer, true)
  await parts.write("a")
  while (asked === 0) await turn()
  let isWritten = false
  const second = parts.write("b").then(() => {
    isWritten = true
  })
  for (let turns = 0; turns < 10; turns += 1) await turn()
  expect(isWritten).toBe(false)
  room.resolve(undefined)
  await second
  await parts.end()
  expect(sent.map(({ body }) => body)).toEqual(["a", "b"])
})

test("what a part failed with is the next writer's; what was aborted writes no more", async () => {
  const failed = fakeAnswer(100, () => Promise.reject(new Error("gone")))
  const parts = open(failed.answer, true)
  await parts.write("a")
  await expect(parts.end()).rejects.toThrow("gone")
  const stop = new AbortController()
  const stopped = open(fakeAnswer(100).answer, false, stop.signal)
  await stopped.write("a")
  stop.abort(new Error("over"))
  await expect(stopped.write("b")).rejects.toThrow("over")
  await expect(stopped.end()).rejects.toThrow("over")
})
