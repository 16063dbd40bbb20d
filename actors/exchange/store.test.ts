import * as fc from "fast-check"
import { crc32 } from "node:zlib"
import { afterEach, describe, expect, test } from "vitest"
import type { BatchBytes } from "../engine/messages.ts"
import { EngineLost } from "../errors.ts"
import type { AttemptKey, EndMarker, ExchangeBatch } from "./keys.ts"
import type { ReadRequest } from "./reader.ts"
import { spoolFolder } from "./spool-folder.ts"
import type { ExchangeStore } from "./store.ts"
import { exchangeStore } from "./store.ts"

const stores: ExchangeStore[] = []
afterEach(async () => {
  for (const store of stores.splice(0)) await store.close()
})

function newStore(memoryBytes = 1_000_000): ExchangeStore {
  const store = exchangeStore(memoryBytes, spoolFolder())
  stores.push(store)
  store.begin("q")
  return store
}

/** A batch whose bytes say which one it is; shared, as an engine's are. */
function batchOf(text: string, rows = 1, byteLength = Math.max(1, text.length)): BatchBytes {
  const bytes = new Uint8Array(new SharedArrayBuffer(byteLength))
  bytes.set(Buffer.from(text))
  return { bytes, rows, checksum: crc32(bytes) }
}

const attemptKey = (task: number, attempt = 0, stage = 1): AttemptKey => ({ query: "q", stage, task, attempt })

/** Writes whole partitions, finishes and commits. */
async function produce(store: ExchangeStore, key: AttemptKey, partitions: readonly (readonly BatchBytes[])[]) {
  for (const [partition, batches] of partitions.entries()) {
    for (const [sequence, batch] of batches.entries()) await store.append({ ...key, partition, sequence }, batch)
  }
  expect(await store.finish(key, partitions.map(markerOf))).toBe("taken")
  expect(store.commit(key)).toBe("taken")
}

function markerOf(batches: readonly BatchBytes[]): EndMarker {
  return {
    batches: batches.length,
    rows: batches.reduce((sum, batch) => sum + batch.rows, 0),
    bytes: batches.reduce((sum, batch) => sum + batch.bytes.byteLength, 0),
  }
}

const read = (store: ExchangeStore, request: Partial<ReadRequest> = {}) =>
  store.open({ query: "q", stage: 1, producers: 1, partition: 0, windowBytes: 1000, ...request })

const textOf = (batch: ExchangeBatch) => Buffer.from(Uint8Array.from(batch.bytes)).toString().replaceAll("\0", "")

async function texts(batches: AsyncIterable<ExchangeBatch>): Promise<string[]> {
  const all: string[] = []
  for await (const batch of batches) all.push(textOf(batch))
  return all
}

const failureOf = (work: Promise<unknown>) =>
  work.then(
    () => "it did not fail",
    (error: unknown) => (error instanceof Error ? error.message : String(error)),
  )

describe("order (law 4: by producer and sequence, never by arrival)", () => {
  test("batches that arrive in any interleaving, in memory or spooled, are read in one order", async () => {
    const shape = fc.array(fc.array(fc.nat({ max: 4 }), { minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 4 })
    const scenario = fc.record({
      shape,
      random: fc.infiniteStream(fc.nat({ max: 1000 })),
      memoryBytes: fc.constantFrom(0, 40, 10_000),
      windowBytes: fc.constantFrom(1, 17, 10_000),
    })
    await fc.assert(
      fc.asyncProperty(scenario, async ({ shape, random, memoryBytes, windowBytes }) => {
        const store = exchangeStore(memoryBytes, spoolFolder())
        try {
          store.begin("q")
          const partitions = Math.max(...shape.map((counts) => counts.length))
          const outputs = shape.map((counts, task) =>
            Array.from({ length: partitions }, (_, partition) =>
              Array.from({ length: counts[partition] ?? 0 }, (_, sequence) =>
                batchOf(`${task}.${partition}.${sequence}`, 1, 10),
              ),
            ),
          )
          const all = read(store, { producers: shape.length, partition: "all", windowBytes })
          const one = read(store, { producers: shape.length, partition: 0, windowBytes })
          const reading = Promise.all([texts(all), texts(one)])

          // Every partition of every task keeps its own order; which comes next is random.
          const lanes = outputs.flatMap((task, t) =>
            task.map((batches, p) => ({ t, p, batches: [...batches.entries()] })),
          )
          for (let left = lanes.filter((lane) => lane.batches.length > 0); left.length > 0;) {
            const lane = left[(random.next().value as number) % left.length]
            const next = lane?.batches.shift()
            if (lane === undefined || next === undefined) break
            await store.append({ ...attemptKey(lane.t), partition: lane.p, sequence: next[0] }, next[1])
            left = left.filter((each) => each.batches.length > 0)
          }
          const finishing = [...outputs.entries()].toSorted((a, b) => b[0] - a[0])
          for (const [task, output] of finishing) {
            await store.finish(attemptKey(task), output.map(markerOf))
            store.commit(attemptKey(task))
          }
          const [gotAll, gotOne] = await reading
          expect(gotAll).toEqual(
            outputs.flat(2).map((batch) => textOf({ ...batch, producer: 0, partition: 0, sequence: 0 })),
          )
          expect(gotOne).toEqual(gotAll.filter((text) => text.split(".")[1] === "0"))
        } finally {
          await store.close()
        }
      }),
      { numRuns: 60 },
    )
  })

  test("a window of one byte lets every batch through, one at a time", async () => {
    const store = newStore()
    await produce(store, attemptKey(0), [["a", "b", "c", "d"].map((text) => batchOf(text, 1, 64))])
    expect(await texts(read(store, { windowBytes: 1 }))).toEqual(["a", "b", "c", "d"])
    expect(store.counts().windowBytesPeak).toBe(64)
  })

  test("a reader fetches ahead until its window is full, and no further", async () => {
    const store = newStore()
    await produce(store, attemptKey(0), [Array.from({ length: 20 }, (_, i) => batchOf(`${i}`, 1, 100))])
    const reader = read(store, { windowBytes: 350 })
    // Batches in memory are fetched without I/O: after one turn of the event loop all that may be there is there.
    await new Promise(setImmediate)
    expect(store.counts()).toMatchObject({ windowBytes: 300, openReaders: 1 })
    expect(await texts(reader)).toHaveLength(20)
    expect(store.counts()).toMatchObject({ windowBytes: 0, windowBytesPeak: 300, openReaders: 0 })
  })

  test("no producers: an empty input, at once", async () => {
    expect(await texts(read(newStore(), { producers: 0 }))).toEqual([])
  })

  test("a reader waits for producers that are not complete, and another reads everything again", async () => {
    const store = newStore()
    await produce(store, attemptKey(1), [[batchOf("second")]])
    const first = texts(read(store, { producers: 2 }))
    await produce(store, attemptKey(0), [[batchOf("first")]])
    expect(await first).toEqual(["first", "second"])
    expect(await texts(read(store, { producers: 2 }))).toEqual(["first", "second"])
    expect(store.markers({ query: "q", stage: 1, task: 1 })).toEqual([{ batches: 1, rows: 1, bytes: 6 }])
  })
})

describe("a batch dropped, repeated, reordered or damaged is an error, never a wrong row", () => {
  async function appended(sequences: readonly number[], marker: EndMarker, damage?: (batch: BatchBytes) => void) {
    const store = newStore()
    for (const sequence of sequences) {
      const batch = batchOf(`batch ${sequence}`, 10)
      damage?.(batch)
      await store.append({ ...attemptKey(0), partition: 0, sequence }, batch)
    }
    await store.finish(attemptKey(0), [marker])
    store.commit(attemptKey(0))
    const failure = await failureOf(texts(read(store)))
    expect(store.counts()).toMatchObject({ openReaders: 0, windowBytes: 0 })
    return failure
  }
  const three = { batches: 3, rows: 30, bytes: 21 }

  test("all there", async () => {
    expect(await appended([0, 1, 2], three)).toBe("it did not fail")
  })
  test("dropped in the middle", async () => {
    expect(await appended([0, 2], three)).toBe(
      "Query q, stage 1, task 0 (attempt 0), partition 0: batch 2 came where batch 1 was expected, " +
        "so one was dropped or reordered; run the query again.",
    )
  })
  test("dropped at the end", async () => {
    expect(await appended([0, 1], three)).toBe(
      "Query q, stage 1, task 0 (attempt 0), partition 0: the end marker says 3 batches of 30 rows and 21 bytes, " +
        "but 2 batches of 20 rows and 14 bytes came; run the query again.",
    )
  })
  test("repeated", async () => {
    expect(await appended([0, 1, 1, 2], three)).toBe(
      "Query q, stage 1, task 0 (attempt 0), partition 0: batch 1 came again where batch 2 was expected; " +
        "run the query again.",
    )
  })
  test("reordered", async () => {
    expect(await appended([1, 0, 2], three)).toBe(
      "Query q, stage 1, task 0 (attempt 0), partition 0: batch 1 came where batch 0 was expected, " +
        "so one was dropped or reordered; run the query again.",
    )
  })
  test("damaged", async () => {
    const flip = ({ bytes }: BatchBytes) => {
      bytes[3] = 0
    }
    expect(await appended([0], { batches: 1, rows: 10, bytes: 7 }, flip)).toMatch(
      /^Query q, stage 1, task 0 \(attempt 0\), partition 0: batch 0 is damaged: the checksum of its 7 bytes is [0-9a-f]{8}, but [0-9a-f]{8} was written; run the query again\.$/,
    )
  })
  test("a wrong number of rows", async () => {
    expect(await appended([0], { batches: 1, rows: 11, bytes: 7 })).toBe(
      "Query q, stage 1, task 0 (attempt 0), partition 0: the end marker says 1 batches of 11 rows and 7 bytes, " +
        "but 1 batches of 10 rows and 7 bytes came; run the query again.",
    )
  })
  test("a wrong number of batches, although rows and bytes agree", async () => {
    expect(await appended([0], { batches: 2, rows: 10, bytes: 7 })).toBe(
      "Query q, stage 1, task 0 (attempt 0), partition 0: the end marker says 2 batches of 10 rows and 7 bytes, " +
        "but 1 batches of 10 rows and 7 bytes came; run the query again.",
    )
  })
  test("a partition without an end marker", async () => {
    const store = newStore()
    await produce(store, attemptKey(0), [[batchOf("a")]])
    expect(await failureOf(texts(read(store, { partition: 1 })))).toBe(
      "Query q, stage 1, task 0 (attempt 0), partition 1: the producer ended without an end marker for it; " +
        "run the query again.",
    )
  })
})

describe("attempts", () => {
  test("only the committed attempt is read; the other's memory is freed and its late batches are refused", async () => {
    const store = newStore()
    await store.append({ ...attemptKey(0, 0), partition: 0, sequence: 0 }, batchOf("of the dead"))
    await produce(store, attemptKey(0, 1), [[batchOf("of the living")]])
    expect(await texts(read(store))).toEqual(["of the living"])
    expect(await store.append({ ...attemptKey(0, 0), partition: 0, sequence: 1 }, batchOf("late"))).toBe("refused")
    expect(await store.append({ ...attemptKey(0, 2), partition: 0, sequence: 0 }, batchOf("too late"))).toBe("refused")
    expect(await store.finish(attemptKey(0, 0), [])).toBe("refused")
    expect(store.commit(attemptKey(0, 0))).toBe("refused")
    expect(store.counts().memoryBytes).toBe("of the living".length)
  })

  test("a discarded attempt cannot come back, a finished one takes no more, a committed one stays", async () => {
    const store = newStore()
    await store.append({ ...attemptKey(0, 0), partition: 0, sequence: 0 }, batchOf("a"))
    store.discard(attemptKey(0, 0))
    expect(store.counts().memoryBytes).toBe(0)
    expect(await store.append({ ...attemptKey(0, 0), partition: 0, sequence: 1 }, batchOf("b"))).toBe("refused")
    expect(() => store.commit(attemptKey(0, 1))).not.toThrow()
    await store.append({ ...attemptKey(0, 1), partition: 0, sequence: 0 }, batchOf("c"))
    expect(() => store.commit(attemptKey(0, 1))).toThrow(
      "Query q, stage 1, task 0 (attempt 1) cannot be committed: it is not finished.",
    )
    await store.finish(attemptKey(0, 1), [markerOf([batchOf("c")])])
    expect(await store.append({ ...attemptKey(0, 1), partition: 0, sequence: 1 }, batchOf("d"))).toBe("refused")
    expect([store.commit(attemptKey(0, 1)), store.commit(attemptKey(0, 1))]).toEqual(["taken", "taken"])
    expect(() => store.discard(attemptKey(0, 1))).toThrow(
      "Query q, stage 1, task 0 (attempt 1) cannot be discarded: it is committed.",
    )
    expect(await texts(read(store))).toEqual(["c"])
  })

  test("a live reader gets batches before the commit", async () => {
    const store = newStore()
    const reader = read(store, { live: true })
    await store.append({ ...attemptKey(0), partition: 0, sequence: 0 }, batchOf("early"))
    expect(textOf((await reader.next()) as ExchangeBatch)).toBe("early")
    await store.append({ ...attemptKey(0), partition: 0, sequence: 1 }, batchOf("later"))
    await store.finish(attemptKey(0), [markerOf([batchOf("early"), batchOf("later")])])
    store.commit(attemptKey(0))
    expect(textOf((await reader.next()) as ExchangeBatch)).toBe("later")
    expect(await reader.next()).toBeUndefined()
  })

  /** A live reader has been given "same"; then its attempt dies and the next one writes `text` and the rest. */
  async function liveOverTwoAttempts(text: string) {
    const store = newStore()
    const reader = read(store, { live: true })
    await store.append({ ...attemptKey(0, 0), partition: 0, sequence: 0 }, batchOf("same"))
    await reader.next()
    store.discard(attemptKey(0, 0))
    const rest = texts(reader)
    const failure = failureOf(rest)
    await produce(store, attemptKey(0, 1), [[batchOf(text), batchOf("the rest")]])
    return { rest, failure }
  }

  test("a live reader whose attempt dies goes on with the next one when its batches are equal", async () => {
    expect(await (await liveOverTwoAttempts("same")).rest).toEqual(["the rest"])
  })

  test("a live reader whose attempt dies fails when the next one's batches differ", async () => {
    expect(await (await liveOverTwoAttempts("other")).failure).toBe(
      "Query q, stage 1, task 0 (attempt 1), partition 0: the task ran again and gave other batches than those that " +
        "had been read already; run the query again.",
    )
  })

  test("a live reader notices that the next attempt is shorter", async () => {
    const store = newStore()
    const reader = read(store, { live: true })
    await store.append({ ...attemptKey(0, 0), partition: 0, sequence: 0 }, batchOf("a"))
    await reader.next()
    store.discard(attemptKey(0, 0))
    await produce(store, attemptKey(0, 1), [[]])
    expect(await failureOf(reader.next())).toContain("gave other batches than those that had been read already")
  })
})

describe("memory and disk", () => {
  test("over its budget batches go to files and come back equal; release leaves neither bytes nor files", async () => {
    const store = newStore(1000)
    const partitions = [0, 1].map((p) => Array.from({ length: 40 }, (_, i) => batchOf(`${p}.${i}`, 1, 100)))
    await produce(store, attemptKey(0), partitions)
    await produce(store, attemptKey(1), partitions)
    const counts = store.counts()
    expect(counts.memoryBytes).toBeLessThanOrEqual(1000)
    expect(counts.memoryBytesPeak).toBeLessThanOrEqual(1000 + 100)
    expect(counts.spooledBytes + counts.memoryBytes).toBe(160 * 100)
    expect(counts.spooledFiles).toBe(2)
    expect(store.queryTotals("q")).toEqual({
      batches: 160,
      rows: 160,
      bytes: 16_000,
      spooledBytes: counts.spooledBytes,
    })
    const once = partitions.flat().map((batch) => textOf({ ...batch, producer: 0, partition: 0, sequence: 0 }))
    expect(await texts(read(store, { producers: 2, partition: "all" }))).toEqual([...once, ...once])
    await store.release("q")
    expect(store.counts()).toMatchObject({
      queries: 0,
      openReaders: 0,
      memoryBytes: 0,
      windowBytes: 0,
      spooledBytes: 0,
      spooledFiles: 0,
    })
    expect(await store.append({ ...attemptKey(0), partition: 0, sequence: 0 }, batchOf("late"))).toBe("refused")
  })

  test("peak memory is the budget and one batch a producer, for any sizes", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(fc.integer({ min: 1, max: 500 }), { maxLength: 12 }), { minLength: 1, maxLength: 3 }),
        fc.integer({ min: 0, max: 2000 }),
        async (sizes, budget) => {
          const store = exchangeStore(budget, spoolFolder())
          try {
            store.begin("q")
            await Promise.all(
              sizes.map(async (lengths, task) => {
                for (const [sequence, length] of lengths.entries()) {
                  await store.append({ ...attemptKey(task), partition: 0, sequence }, batchOf("", 1, length))
                }
              }),
            )
            const largest = sizes.map((lengths) => Math.max(0, ...lengths)).reduce((sum, each) => sum + each, 0)
            expect(store.counts().memoryBytesPeak).toBeLessThanOrEqual(budget + largest)
          } finally {
            await store.close()
          }
        },
      ),
      { numRuns: 40 },
    )
  })

  test("finish settles when everything is on the disk that goes there", async () => {
    const store = newStore(0)
    const appends = [0, 1, 2].map((sequence) =>
      store.append({ ...attemptKey(0), partition: 0, sequence }, batchOf("x", 1, 10_000)),
    )
    await store.finish(attemptKey(0), [{ batches: 3, rows: 3, bytes: 30_000 }])
    expect(store.counts()).toMatchObject({ memoryBytes: 0, spooledBytes: 30_000 })
    await Promise.all(appends)
  })

  test("a discarded attempt's file is deleted while it is being written", async () => {
    const store = newStore(0)
    const appends = Array.from({ length: 5 }, (_, sequence) =>
      store.append({ ...attemptKey(0), partition: 0, sequence }, batchOf("x", 1, 10_000)),
    )
    store.discard(attemptKey(0))
    // The disk still works on these bytes: they count until it has let go of them.
    expect(store.counts().memoryBytes).toBe(50_000)
    await Promise.all(appends)
    await store.release("q")
    expect(store.counts()).toMatchObject({ memoryBytes: 0, spooledBytes: 0, spooledFiles: 0 })
  })
})

describe("failure and cancellation", () => {
  const lost = new EngineLost({ message: "engine-0 is gone", stage: 1, task: 1 })

  test("a task that fails for good wakes the readers that wait for it", async () => {
    const store = newStore()
    await produce(store, attemptKey(0), [[batchOf("a")]])
    const reader = read(store, { producers: 2 })
    expect(textOf((await reader.next()) as ExchangeBatch)).toBe("a")
    const next = failureOf(reader.next())
    store.failTask({ query: "q", stage: 1, task: 1 }, lost)
    expect(await next).toBe("engine-0 is gone")
    expect(store.counts()).toMatchObject({ openReaders: 0, windowBytes: 0 })
  })

  test("a query that fails ends its readers at once and its writers with the same error", async () => {
    const store = newStore()
    await produce(store, attemptKey(0), [[batchOf("a")]])
    const reader = read(store)
    await new Promise(setImmediate)
    expect(store.counts()).toMatchObject({ openReaders: 1, windowBytes: 1 })
    store.fail("q", lost)
    expect(store.counts()).toMatchObject({ openReaders: 0, windowBytes: 0 })
    await expect(reader.next()).rejects.toBe(lost)
    await expect(store.append({ ...attemptKey(1), partition: 0, sequence: 0 }, batchOf("b"))).rejects.toBe(lost)
    await expect(store.finish(attemptKey(1), [])).rejects.toBe(lost)
  })

  test("an aborted reader rejects and leaves nothing", async () => {
    const store = newStore()
    const abort = new AbortController()
    const reader = read(store, { signal: abort.signal })
    const next = failureOf(reader.next())
    abort.abort()
    expect(await next).toBe("Reading stage 1 of query q was cancelled.")
    expect(store.counts()).toMatchObject({ openReaders: 0, windowBytes: 0 })
    expect(await failureOf(read(store, { signal: abort.signal }).next())).toBe(
      "Reading stage 1 of query q was cancelled.",
    )
  })

  test("leaving the loop closes the reader", async () => {
    const store = newStore(0)
    await produce(store, attemptKey(0), [[batchOf("a"), batchOf("b"), batchOf("c")]])
    for await (const batch of read(store)) {
      expect(textOf(batch)).toBe("a")
      break
    }
    expect(store.counts()).toMatchObject({ openReaders: 0, windowBytes: 0 })
  })

  test("releasing a query ends readers that wait", async () => {
    const store = newStore()
    const next = failureOf(read(store).next())
    await store.release("q")
    expect(await next).toBe("Query q is over.")
    expect(() => read(store)).toThrow("Query q has no outputs here: it has not begun or is over.")
  })

  test("a query's id can begin once, and not after the store is closed", async () => {
    const store = newStore()
    expect(() => store.begin("q")).toThrow("Query q has begun already; give each its own id.")
    await store.close()
    expect(() => store.begin("r")).toThrow("Query r cannot begin: the exchange store is closed.")
  })
})
