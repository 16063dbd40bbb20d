import { expect, test } from "vitest"
import { STREAM } from "./random.ts"
import { CHECKPOINTS } from "./text-pool-checkpoints.ts"
import { fillSegment, POOL_BYTES, roomFor, SEGMENTS, SentenceWriter } from "./text-pool.ts"

test("the text begins as the official generator's does", () => {
  const buffer = new ArrayBuffer(roomFor(100))
  new SentenceWriter(buffer, STREAM.text).writeUntil(100)
  expect(Buffer.from(buffer, 0, 100).toString()).toBe(
    "furiously special foxes haggle furiously blithely ironic deposits. slyly final theodolites boost sly",
  )
})

test("segments lead to each other, in whichever order they are made", () => {
  const pool = new Uint8Array(POOL_BYTES)
  // `fillSegment` throws where a segment does not end at its checkpoint; making the tables takes all of them
  for (const index of [SEGMENTS - 1, 1, 0]) fillSegment(pool, index)
  const [, , start] = CHECKPOINTS
  const buffer = new ArrayBuffer(roomFor(start! + 1000))
  new SentenceWriter(buffer, STREAM.text).writeUntil(start! + 1000)
  const across = (bytes: Uint8Array) => Buffer.from(bytes.subarray(start! - 1000, start! + 1000)).toString()
  expect(across(pool)).toBe(across(new Uint8Array(buffer)))
  // the last sentence is cut off where the pool ends
  expect(Buffer.from(pool.subarray(-40)).toString()).toBe("re carefully against the busy, express s")
})
