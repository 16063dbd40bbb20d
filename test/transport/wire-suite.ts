import * as Schema from "effect/Schema"
import { deepStrictEqual } from "node:assert"
import * as fc from "fast-check"
import { afterEach, describe, expect, test } from "vitest"
import { codecOf } from "../../transport/codec.ts"
import { encodeEnvelope } from "../../transport/envelope.ts"
import { TransportFailure } from "../../transport/errors.ts"
import { nodeTransport } from "../../transport/node-transport.ts"
import type { StreamHandler, Transport } from "../../transport/transport.ts"
import type { Wire } from "../../transport/wire.ts"

class Refusal extends Schema.TaggedError<Refusal>()("Refusal", { message: Schema.String, column: Schema.Number }) {}
const failures = codecOf(Schema.Union([Refusal, TransportFailure]))

/** Wires that reach each other. Two nodes of one name are never connected at the same time. */
export interface Wires {
  readonly connect: (node: string) => Promise<Wire>
}

export interface WiresUnderTest {
  /** Every call gives wires that reach only each other. */
  readonly wires: (bodyBytesMax?: number) => Wires
  /** Runs of the property tests. */
  readonly runs: number
}

const open: Transport[] = []

async function nodesOn({ connect }: Wires, refused: string[] = []) {
  const node = async (name: string) =>
    nodeTransport(await connect(name), {
      node: name,
      failures: {
        ...failures,
        encode: (error) => failures.encode(error instanceof Refusal ? error : asFailure(error)),
      },
      onRefused: (reason) => refused.push(reason),
      firstStream: 1,
    })
  const [a, b] = [await node("a"), await node("b")]
  open.push(a, b)
  return { a, b }
}

/** Waits for what another node does, without a clock. */
async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise(setImmediate)
}

const asFailure = (error: unknown) =>
  error instanceof TransportFailure ? error : new TransportFailure({ message: String(error), reason: "lost" })

const at = (path: string) => ({ node: "b", path })
const text = (bytes: Uint8Array | undefined) => (bytes === undefined ? undefined : Buffer.from(bytes).toString())
const bytes = (content: string) => new Uint8Array(Buffer.from(content))

async function* frames(...all: readonly string[]) {
  for (const each of all) yield bytes(each)
}

async function texts(stream: AsyncIterable<Uint8Array>): Promise<(string | undefined)[]> {
  const all: (string | undefined)[] = []
  for await (const frame of stream) all.push(text(frame))
  return all
}

/** What every wire must carry, and every transport over it keep. */
export function describeTransport({ wires, runs }: WiresUnderTest): void {
  const twoNodes = (bodyBytesMax?: number) => nodesOn(wires(bodyBytesMax))
  afterEach(async () => {
    for (const transport of open.splice(0)) {
      await transport.close()
      const { opened, served } = transport.counts()
      deepStrictEqual({ opened, served }, { opened: 0, served: 0 })
    }
  })

  describe("messages", () => {
    test("arrive in order, with who sent them; a body over the wire's limit is refused at once", async () => {
      const { a, b } = await twoNodes(10)
      const got: string[] = []
      const done = Promise.withResolvers<void>()
      b.listen("inbox", (body, from) => {
        got.push(`${from}: ${text(body) ?? ""}`)
        if (got.length === 3) done.resolve()
      })
      await b.settled()
      for (const each of ["1", "2", "3"]) a.send(at("inbox"), bytes(each))
      expect(got).toEqual([])
      await done.promise
      expect(got).toEqual(["a: 1", "a: 2", "a: 3"])
      expect(() => a.send(at("inbox"), new Uint8Array(11))).toThrow(
        "a message of 11 bytes is over the limit of 10: open a stream for it",
      )
    })

    test("an envelope of another version, or where it does not belong, is refused with a reason", async () => {
      const refused: string[] = []
      const bus = wires()
      const { b } = await nodesOn(bus, refused)
      const got: string[] = []
      b.listen("inbox", (body) => got.push(text(body) ?? ""))
      await b.settled()
      const wire = await bus.connect("c")
      const envelope = encodeEnvelope({ _tag: "message", version: 1, from: "c" })
      const nobody = () => undefined
      wire.publish(at("inbox"), { envelope: envelope.replace('"version":1', '"version":2'), body: bytes("x") }, nobody)
      wire.publish(at("inbox"), { envelope: "nonsense", body: bytes("x") }, nobody)
      wire.publish(at("streams"), { envelope, body: bytes("x") }, nobody)
      wire.publish(at("inbox"), { envelope, body: bytes("good") }, nobody)
      await until(() => got.length > 0)
      expect(got).toEqual(["good"])
      expect(refused.map((reason) => reason.slice(0, 30))).toEqual([
        "not an envelope of version 1: ",
        "not an envelope of version 1: ",
        'an envelope "message" came whe',
      ])
      await wire.close()
    })
  })

  describe("streams", () => {
    test("requests and frames of any size pass any payload limit and any window, whole and in order", async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.integer({ min: 1, max: 40 }),
          fc.integer({ min: 1, max: 60 }),
          fc.array(fc.integer({ min: 0, max: 200 }), { maxLength: 8 }),
          async (bodyBytesMax, windowBytes, sizes) => {
            const { a, b } = await twoNodes(bodyBytesMax)
            b.serve("echo", async function* (request) {
              let start = 0
              for (const size of sizes) {
                yield request.subarray(start, start + size)
                start += size
              }
            })
            await b.settled()
            const request = Uint8Array.from({ length: sizes.reduce((sum, size) => sum + size, 0) }, (_, i) => i)
            const got: Uint8Array[] = []
            for await (const frame of a.open(at("echo"), request, { windowBytes })) got.push(frame)
            expect(got.map((frame) => frame.byteLength)).toEqual(sizes)
            expect(Buffer.concat(got).equals(request)).toBe(true)
            await Promise.all([a.close(), b.close()])
          },
        ),
        { numRuns: runs },
      )
    })

    test("a server runs no further ahead than the window", async () => {
      const { a, b } = await twoNodes()
      let yielded = 0
      b.serve("many", async function* () {
        for (; yielded < 50; yielded += 1) yield new Uint8Array(100)
      })
      await b.settled()
      const stream = a.open(at("many"), bytes(""), { windowBytes: 350 })
      for (let taken = 1; taken <= 50; taken += 1) {
        await stream.next()
        // 3 frames fill the window, and one more waits for credit in the server's hand.
        expect(yielded).toBeLessThanOrEqual(taken + 4)
      }
      expect(await stream.next()).toBeUndefined()
    })

    test("what the handler throws is thrown at the opener, word for word, also in the middle of a frame's pieces", async () => {
      const { a, b } = await twoNodes(8)
      b.serve("fails", async function* () {
        yield bytes("a frame of several pieces")
        throw new Refusal({ message: "Conversion Error: Could not convert string 'é' to INT32", column: 17 })
      })
      await b.settled()
      const stream = a.open(at("fails"), bytes("x"), { windowBytes: 16 })
      expect(text(await stream.next())).toBe("a frame of several pieces")
      const error = await stream.next().catch((thrown: unknown) => thrown)
      expect(error).toBeInstanceOf(Refusal)
      expect(error).toMatchObject({ message: "Conversion Error: Could not convert string 'é' to INT32", column: 17 })
    })

    test("leaving the loop, or an abort, stops the handler on the other side", async () => {
      const { a, b } = await twoNodes()
      const ended: string[] = []
      const handler: StreamHandler = async function* (request, { signal }) {
        const stopped = Promise.withResolvers<void>()
        signal.addEventListener("abort", () => stopped.resolve())
        yield bytes("first")
        await stopped.promise
        ended.push(text(request) ?? "")
        over.get(text(request) ?? "")?.resolve()
      }
      const over = new Map(["left", "aborted"].map((name) => [name, Promise.withResolvers<void>()]))
      b.serve("waits", handler)
      await b.settled()
      for await (const frame of a.open(at("waits"), bytes("left"), { windowBytes: 100 })) {
        expect(text(frame)).toBe("first")
        break
      }
      await over.get("left")?.promise
      const abort = new AbortController()
      const stream = a.open(at("waits"), bytes("aborted"), { windowBytes: 100, signal: abort.signal })
      await stream.next()
      abort.abort()
      await expect(stream.next()).rejects.toThrow("the stream from b:waits was cancelled")
      await over.get("aborted")?.promise
      expect(ended).toEqual(["left", "aborted"])
    })

    /** Yields once, then waits until it is told to end. */
    const waits: StreamHandler = async function* (_, { signal }) {
      yield bytes("first")
      await new Promise((resolve) => signal.addEventListener("abort", resolve))
    }

    test("nobody at the address", async () => {
      const { a } = await twoNodes()
      const stream = a.open(at("nobody"), bytes("x"), { windowBytes: 1 })
      await expect(stream.next()).rejects.toThrow("nobody listens at b:nobody")
    })

    test("a node that is lost fails its streams on the side that says so", async () => {
      const { a, b } = await twoNodes()
      b.serve("waits", waits)
      await b.settled()
      const stream = a.open(at("waits"), bytes("x"), { windowBytes: 100 })
      expect(text(await stream.next())).toBe("first")
      expect([a.counts().opened, b.counts().served]).toEqual([1, 1])
      a.lose("b", "node b sent no heartbeat for 10 s")
      b.lose("a", "node a sent no heartbeat for 10 s")
      await expect(stream.next()).rejects.toThrow("node b sent no heartbeat for 10 s")
      expect([a.counts().opened, b.counts().served]).toEqual([0, 0])
    })

    test("a node that closes tells those whose streams it serves", async () => {
      const { a, b } = await twoNodes()
      b.serve("waits", waits)
      await b.settled()
      const stream = a.open(at("waits"), bytes("x"), { windowBytes: 100 })
      expect(text(await stream.next())).toBe("first")
      await b.close()
      await expect(stream.next()).rejects.toThrow("the node that serves it is closing")
      await expect(a.open(at("waits"), bytes("x"), { windowBytes: 1 }).next()).rejects.toThrow(
        "nobody listens at b:waits",
      )
      await expect(b.open(at("waits"), bytes("x"), { windowBytes: 1 }).next()).rejects.toThrow(
        "the stream from b:waits cannot be opened: this node's transport is closed",
      )
    })

    test("a node that closes in the middle of a frame is still heard", async () => {
      const { a, b } = await twoNodes(8)
      b.serve("halves", () => frames("12345678", "a frame of several pieces"))
      await b.settled()
      const stream = a.open(at("halves"), bytes("x"), { windowBytes: 16 })
      // One frame and a piece of the next one fill the window; nobody takes them.
      await until(() => a.counts().bytesReceived >= 16)
      await b.close()
      expect(text(await stream.next())).toBe("12345678")
      await expect(stream.next()).rejects.toThrow("the node that serves it is closing")
    })

    test("a node speaks only for itself", async () => {
      const bus = wires()
      const { a, b } = await nodesOn(bus)
      b.serve("waits", waits)
      await b.settled()
      const stream = a.open(at("waits"), bytes("x"), { windowBytes: 100 })
      expect(text(await stream.next())).toBe("first")
      const wire = await bus.connect("c")
      const forged = { _tag: "data", version: 1, from: "c", stream: 1, chunk: 1, of: "frame", last: true } as const
      const toA = { node: "a", path: "streams" }
      wire.publish(toA, { envelope: encodeEnvelope(forged), body: bytes("forged") }, () => undefined)
      await until(() => a.counts().bytesReceived === "first".length + "forged".length)
      await b.close()
      await expect(stream.next()).rejects.toThrow("the node that serves it is closing")
      await wire.close()
    })

    test("a parcel that a wire drops or repeats is noticed", async () => {
      const bus = wires(4)
      const tamper = (how: (count: number) => number): Wires => ({
        connect: async (node) => {
          const wire = await bus.connect(node)
          let data = 0
          return {
            bodyBytesMax: wire.bodyBytesMax,
            incomingBytesMax: wire.incomingBytesMax,
            publish: (to, parcel, onNobody) => {
              const isData = parcel.envelope.includes('"data"')
              if (isData) data += 1
              for (let times = isData ? how(data) : 1; times > 0; times -= 1) wire.publish(to, parcel, onNobody)
            },
            room: () => wire.room(),
            subscribe: (address, receive) => wire.subscribe(address, receive),
            settled: () => wire.settled(),
            watch: (events) => wire.watch(events),
            close: () => wire.close(),
          }
        },
      })
      const outcome = async (how: (count: number) => number) => {
        const { a, b } = await nodesOn(tamper(how))
        b.serve("s", () => frames("one", "two", "three"))
        await b.settled()
        const result = await texts(a.open(at("s"), bytes("x"), { windowBytes: 1000 })).catch((error: unknown) =>
          error instanceof Error ? error.message : error,
        )
        await Promise.all([a.close(), b.close()])
        return result
      }
      expect(await outcome(() => 1)).toEqual(["one", "two", "three"])
      expect(await outcome((n) => (n === 2 ? 0 : 1))).toBe(
        "the stream from b:s: chunk 2 came where chunk 1 was expected",
      )
      expect(await outcome((n) => (n === 2 ? 2 : 1))).toBe(
        "the stream from b:s: chunk 1 came where chunk 2 was expected",
      )
      expect(await outcome((n) => (n === 4 ? 0 : 1))).toBe("the stream from b:s: 4 chunks were announced, but 3 came")
    })
  })

  describe("requests", () => {
    test("one frame back; none, or too late, is a failure", async () => {
      const { a, b } = await twoNodes()
      b.serve("upper", (request) => frames((text(request) ?? "").toUpperCase()))
      b.serve("empty", () => frames())
      b.serve("slow", async function* (_, { signal }) {
        await new Promise((resolve) => signal.addEventListener("abort", resolve))
        yield bytes("late")
      })
      await b.settled()
      expect(text(await a.request(at("upper"), bytes("x"), { deadlineMs: 60_000 }))).toBe("X")
      await expect(a.request(at("empty"), bytes("x"), { deadlineMs: 60_000 })).rejects.toThrow(
        "b:empty ended without an answer",
      )
      await expect(a.request(at("slow"), bytes("x"), { deadlineMs: 1 })).rejects.toThrow(
        "b:slow did not answer within 1 ms",
      )
    })
  })
}
