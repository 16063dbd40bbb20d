import { HybridReader } from "./hybrid.ts"
import type { PageHeader } from "./page-header.ts"

/** A page's definition or repetition levels, front to back. */
export interface LevelReader {
  /** Throws an Error when there are fewer, or one is too high. */
  readonly read: (out: Int32Array, at: number, count: number) => void
  /** Levels that are 0 or 1, as bits of a bitmap that is zero there; returns how many are one. */
  readonly readBits: (bits: Uint8Array, at: number, count: number) => number
}

/** What a data page holds besides its values. Undefined where every level is 0. */
export interface PageLevelReaders {
  readonly repetition: LevelReader | undefined
  readonly definition: LevelReader | undefined
  /** Where the values start. */
  readonly values: number
}

interface LevelLimits {
  readonly repetition: number
  readonly definition: number
}

/** Version 1: repetition levels, definition levels, values, each kind of level with its length before it. */
export function readLevels(
  page: Extract<PageHeader, { _tag: "data" }>,
  body: Uint8Array,
  max: LevelLimits,
): PageLevelReaders {
  const { levels } = page
  let at = 0
  const next = (limit: number, encoding: number): LevelReader | undefined => {
    if (limit === 0) return undefined
    const width = 32 - Math.clz32(limit)
    if (encoding === BIT_PACKED) {
      const end = at + Math.ceil((page.values * width) / 8)
      if (end > body.byteLength) throw endsEarly()
      const packed = new PackedLevels(body, at, width, limit)
      at = end
      return packed
    }
    if (encoding !== RLE) throw new Error(`its levels have the encoding ${encoding}`)
    if (body.byteLength - at < 4) throw endsEarly()
    const length = new DataView(body.buffer, body.byteOffset + at, 4).getUint32(0, true)
    at += 4
    return sized(limit, length)
  }
  const sized = (limit: number, length: number): LevelReader | undefined => {
    if (length > body.byteLength - at) throw endsEarly()
    const start = at
    at += length
    return limit === 0 ? undefined : new RunLevels(body, start, at, limit)
  }
  if (levels._tag === "v1") {
    const repetition = next(max.repetition, levels.repetition)
    const definition = next(max.definition, levels.definition)
    return { repetition, definition, values: at }
  }
  const repetition = sized(max.repetition, levels.repetitionBytes)
  const definition = sized(max.definition, levels.definitionBytes)
  return { repetition, definition, values: at }
}

const RLE = 3
const BIT_PACKED = 4

class RunLevels implements LevelReader {
  readonly #runs: HybridReader
  readonly #limit: number

  constructor(body: Uint8Array, at: number, end: number, limit: number) {
    this.#runs = new HybridReader(body, at, end, 32 - Math.clz32(limit))
    this.#limit = limit
  }

  read(out: Int32Array, at: number, count: number): void {
    if (this.#runs.read(out, at, count) > this.#limit) checkLevels(out, at, count, this.#limit)
  }

  readBits(bits: Uint8Array, at: number, count: number): number {
    return this.#runs.readBits(bits, at, count)
  }
}

/** The form of writers before 2014: every level in its bits, from the highest bit of each byte down. */
class PackedLevels implements LevelReader {
  readonly #body: Uint8Array
  readonly #width: number
  readonly #limit: number
  #bit: number

  constructor(body: Uint8Array, at: number, width: number, limit: number) {
    this.#body = body
    this.#width = width
    this.#limit = limit
    this.#bit = at * 8
  }

  read(out: Int32Array, at: number, count: number): void {
    for (let i = at; i < at + count; i++) out[i] = this.#next()
    checkLevels(out, at, count, this.#limit)
  }

  readBits(bits: Uint8Array, at: number, count: number): number {
    let ones = 0
    for (let i = at; i < at + count; i++) {
      if (this.#next() === 0) continue
      bits[i >> 3] = (bits[i >> 3] as number) | (1 << (i & 7))
      ones++
    }
    return ones
  }

  #next(): number {
    let level = 0
    for (let i = 0; i < this.#width; i++, this.#bit++) {
      const byte = this.#body[Math.floor(this.#bit / 8)]
      if (byte === undefined) throw endsEarly()
      level = (level << 1) | ((byte >> (7 - (this.#bit % 8))) & 1)
    }
    return level
  }
}

function checkLevels(levels: Int32Array, at: number, count: number, limit: number): void {
  for (let i = at; i < at + count; i++) {
    const level = levels[i] as number
    if (level > limit) throw new Error(`it has a level ${level}, of at most ${limit}`)
  }
}

const endsEarly = (): Error => new Error("its levels end early")
