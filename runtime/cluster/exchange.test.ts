import { crc32 } from "node:zlib"
import fc from "fast-check"
import { afterEach, describe, expect, test } from "vitest"
import { spoolFolder } from "../../actors/exchange/spool-folder.ts"
import type { ExchangeStore } from "../../actors/exchange/store.ts"
import { exchangeStore } from "../../actors/exchange/store.ts"
import { inProcessBus } from "../../transport/in-process.ts"
import { nodeTransport } from "../../transport/node-transport.ts"
import type { StreamHandler, Transport } from "../../transport/transport.ts"
import { InputLost } from "../scheduler/feed.ts"
import type { Holder, InputRequest } from "../scheduler/feed.ts"
import { exchangeReader } from "./exchange-reader.ts"
import { exchangeService } from "./exchange-service.ts"
import { failures } from "./failures.ts"
import { EXCHANGE_PATH } from "./order.ts"

interface Site {
  readonly transport: Transport
  readonly store: ExchangeStore
}

const sites: Site[] = []
afterEach(closeAll)

async function closeAll(): Promise<void> {
  for (const { transport, store } of sites.splice(0)) {
    await transport.close()
    expect(transport.counts()).toMatchObject({ opened: 0, served: 0 })
    expect(store.counts().openReaders).toBe(0)
    await store.close()
  }
}

/** Nodes with a store each, whose exchange service does to its frames what `tamper` says. */
function open(names: readonly string[], tamper: Tamper = (frames) => frames, bodyBytesMax?: number) {
  const bus = inProcessBus(bodyBytesMax)
  for (const node of names) {
    const transport = nodeTransport(bus.connect(), { node, failures })
    const store = exchangeStore(1_000_000, spoolFolder())
    store.begin("q")
    transport.serve(EXCHANGE_PATH, tampered(exchangeService(store), tamper))
    sites.push({ transport, store })
  }
  return sites
}

type Tamper = (frames: readonly Uint8Array[]) => readonly Uint8Array[]

function tampered(handler: StreamHandler, tamper: Tamper): StreamHandler {
  return async function* (request, about) {
    const frames: Uint8Array[] = []
    for await (const frame of handler(request, about)) frames.push(frame)
    yield* tamper(frames)
  }
}

async function produce(site: Site | undefined, task: number, partitions: readonly (readonly string[])[], attempt = 1) {
  if (site === undefined) throw new Error("no such node")
  const key = { query: "q", stage: 1, task, attempt }
  const markers = []
  for (const [partition, texts] of partitions.entries()) {
    const batches = texts.map((text) => new Uint8Array(Buffer.from(text)))
    for (const [sequence, bytes] of batches.entries()) {
      await site.store.append({ ...key, partition, sequence }, { bytes, rows: 2, checksum: crc32(bytes) })
    }
    const bytes = batches.reduce((sum, batch) => sum + batch.byteLength, 0)
    markers.push({ batches: batches.length, rows: 2 * batches.length, bytes })
  }
  await site.store.finish(key, markers)
  site.store.commit(key)
}

async function read(site: Site | undefined, holders: readonly Holder[], more: Partial<InputRequest> = {}) {
  if (site === undefined) throw new Error("no such node")
  const suspects: string[] = []
  const parts = { ...site, suspect: async (node: string) => void suspects.push(node) }
  const { signal } = new AbortController()
  const request = { query: "q", stage: 1, partition: "all", windowBytes: 1000, signal, ...more } as const
  let remote = 0
  const texts: string[] = []
  const batches = exchangeReader(parts)({ ...request, holders, onRemote: (bytes) => (remote += bytes) })
  for await (const { producer, partition, sequence, bytes } of batches) {
    texts.push(`${producer}.${partition}.${sequence} ${Buffer.from(Uint8Array.from(bytes)).toString()}`)
  }
  return { texts, remote, suspects }
}

const at = (node: string, attempt = 1): Holder => ({ node, attempt })

test("the order is (producer, partition, sequence) wherever the outputs lie, with any window and any parcel", async () => {
  const world = fc.record({
    producers: fc.array(
      fc.record({
        node: fc.integer({ min: 0, max: 2 }),
        partitions: fc.array(fc.array(fc.string({ minLength: 1, maxLength: 30 }), { maxLength: 4 }), {
          minLength: 2,
          maxLength: 2,
        }),
      }),
      { maxLength: 6 },
    ),
    windowBytes: fc.integer({ min: 1, max: 200 }),
    bodyBytesMax: fc.integer({ min: 16, max: 500 }),
    partition: fc.constantFrom(0, 1, "all" as const),
  })
  await fc.assert(
    fc.asyncProperty(world, async ({ producers, windowBytes, bodyBytesMax, partition }) => {
      const [a, b, c] = open(["a", "b", "c"], undefined, bodyBytesMax)
      const nodes = [a, b, c]
      for (const [task, { node, partitions }] of producers.entries()) await produce(nodes[node], task, partitions)
      const holders = producers.map(({ node }) => at("abc"[node] ?? ""))
      const { texts, remote } = await read(a, holders, { partition, windowBytes })
      const expected = producers.flatMap(({ partitions }, task) =>
        partitions.flatMap((batches, index) =>
          partition === "all" || partition === index
            ? batches.map((text, sequence) => `${task}.${index}.${sequence} ${text}`)
            : [],
        ),
      )
      expect(texts.map(printed)).toEqual(expected.map(printed))
      expect(remote > 0).toBe(producers.some(({ node }) => node > 0))
      await closeAll()
    }),
    { numRuns: 40 },
  )
})

/** What UTF-8 cannot carry is not what is tested here. */
const printed = (text: string) => Buffer.from(text).toString()

describe("what comes of another node is checked (law 3)", () => {
  const two = (frames: readonly Uint8Array[], how: (list: Uint8Array[]) => void) => {
    const list = [...frames]
    how(list)
    return list
  }
  const last = (list: Uint8Array[]) => (list[1] ?? new Uint8Array()).byteLength - 1

  test.each<[string, Tamper, string]>([
    [
      "dropped",
      (f) => two(f, (l) => l.splice(1, 1)),
      "batch 2 came where batch 1 was expected, so one was dropped or reordered",
    ],
    [
      "repeated",
      (f) => two(f, (l) => l.splice(1, 0, l[0] ?? new Uint8Array())),
      "batch 0 came again where batch 1 was expected",
    ],
    [
      "reordered",
      (f) => two(f, (l) => l.splice(0, 2, ...l.slice(0, 2).toReversed())),
      "batch 1 came where batch 0 was expected",
    ],
    [
      "damaged",
      (f) =>
        two(f, (l) => {
          const damaged = Uint8Array.from(l[1] ?? [])
          damaged[last(l)] = (damaged[last(l)] ?? 0) ^ 1
          l[1] = damaged
        }),
      "batch 1 is damaged: the checksum of its 3 bytes is",
    ],
    ["cut off before its end", (f) => f.slice(0, 2), "its stream ended before the end of task 0"],
    [
      "without its last batch",
      (f) => two(f, (l) => l.splice(2, 1)),
      "the end marker says 3 batches of 6 rows and 9 bytes, but 2 batches",
    ],
    ["nothing that can be read", () => [Uint8Array.of(1, 2, 3)], "a frame cannot be read: its 3 bytes hold no header"],
  ])("%s", async (_, tamper, message) => {
    const [a, b] = open(["a", "b"], tamper)
    await produce(b, 0, [["one", "two", "six"]])
    const error = await read(a, [at("b")]).catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(InputLost)
    expect(error).toMatchObject({ node: "b", message: expect.stringContaining(message) })
  })

  test("another producer's output", async () => {
    const [a, b] = open(["a", "b"], (frames) => frames.toReversed())
    await produce(b, 0, [["one"]])
    await produce(b, 1, [["two"]])
    await expect(read(a, [at("b"), at("b")])).rejects.toThrow(
      "node b: task 1, partition 0 came where task 0, partition 0 was expected",
    )
  })
})

describe("an output that is not there", () => {
  test.each<[string, string, Holder, string]>([
    ["another attempt", "b", at("b", 2), "node b: Query q, stage 1, task 0 (attempt 2) has no output here."],
    [
      "another attempt on the same node",
      "a",
      at("a", 2),
      "node a: query q, stage 1, task 0 (attempt 2) has no output here",
    ],
    ["another node", "b", at("c"), "node c: nobody listens at c:exchange"],
  ])("%s", async (_, holder, wanted, message) => {
    const [a, b] = open(["a", "b"])
    await produce(holder === "a" ? a : b, 0, [["one"]])
    const error = await read(a, [wanted]).catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(InputLost)
    expect(error).toMatchObject({ node: wanted.node, message })
  })

  test("an output that is taken back while it is read", async () => {
    const [a, b] = open(["a", "b"])
    await produce(b, 0, [["one", "two", "six"]])
    if (a === undefined || b === undefined) throw new Error("two nodes are opened above")
    const reading = b.store.open({ query: "q", stage: 1, producers: 1, partition: 0, windowBytes: 1 })
    expect((await reading.next())?.sequence).toBe(0)
    b.store.retract({ query: "q", stage: 1, task: 0 })
    await expect(reading.next()).rejects.toThrow("its output was taken back while it was read; the task runs again.")
    await produce(b, 0, [["uno"]], 2)
    expect((await read(a, [at("b", 2)])).texts).toEqual(["0.0.0 uno"])
  })
})

test("a reader that is stopped ends with its signal's reason, and suspects nobody", async () => {
  const [a, b] = open(["a", "b"], undefined)
  await produce(b, 0, [["one"]])
  const stop = new AbortController()
  stop.abort(new Error("enough"))
  await expect(read(a, [at("b")], { signal: stop.signal })).rejects.toThrow("enough")
})
