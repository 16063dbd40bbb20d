import { writeFile } from "node:fs/promises"
import { DataType, tableFromIPC } from "apache-arrow"
import type { Data } from "apache-arrow"
import { SourceError } from "../../actors/errors.ts"
import { parquetDecoder } from "../../actors/sources/parquet/decoder.ts"
import { parquetSource } from "../../actors/sources/parquet/source.ts"
import type { Random } from "./random.ts"

/** A file with some bytes changed, put in or taken out; often in its footer, which a single bit makes another file. */
export function mutated(file: Uint8Array, random: Random): Uint8Array {
  let bytes = Buffer.from(file)
  for (let n = 1 + random.below(3); n > 0; n--) {
    const at = place(bytes, random)
    switch (random.below(8)) {
      case 0:
        bytes = bytes.subarray(0, random.below(bytes.byteLength + 1))
        break
      case 1:
        bytes = Buffer.concat([bytes.subarray(0, at), noise(random), bytes.subarray(at)])
        break
      case 2:
        bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1 + random.below(8))])
        break
      case 3:
        bytes.set(noise(random).subarray(0, bytes.byteLength - at), at)
        break
      case 4:
        if (at < bytes.byteLength) bytes[at] = random.pick([0, 0xff, 0x7f, 0x80, 1])
        break
      default:
        if (at < bytes.byteLength) bytes[at] = (bytes[at] ?? 0) ^ (1 << random.below(8))
    }
  }
  return bytes
}

function place(bytes: Buffer, random: Random): number {
  if (bytes.byteLength < 12 || random.chance(2)) return random.below(bytes.byteLength + 1)
  // Within the footer, whose length stands before the last four bytes.
  const length = Math.min(bytes.readUInt32LE(bytes.byteLength - 8), bytes.byteLength - 8)
  return bytes.byteLength - 8 - random.below(length + 1)
}

const noise = (random: Random): Buffer =>
  Buffer.from(Array.from({ length: 1 + random.below(8) }, () => random.below(256)))

/** CPU of one file. */
const FILE_MS_MAX = 1000
const MIB = 1024 * 1024
/** What the process may grow by while it reads one file. */
const GROWTH_BYTES_MAX = 600 * MIB

/** What the bytes became: rows, or an error that says what is wrong with the file. */
export type Outcome = "read" | "refused"

/** Writes and reads the file. Throws where it took too long or too much, or the error is not one of the file's. */
export async function readMutated(path: string, bytes: Uint8Array): Promise<Outcome> {
  await writeFile(path, bytes)
  const before = process.memoryUsage.rss()
  const cpu = process.threadCpuUsage()
  const outcome = await read(path)
  const { user, system } = process.threadCpuUsage(cpu)
  const ms = (user + system) / 1000
  if (ms > FILE_MS_MAX) throw new Error(`it took ${ms.toFixed(0)} ms of CPU`)
  const grown = process.memoryUsage.rss() - before
  if (grown > GROWTH_BYTES_MAX) throw new Error(`the process grew by ${(grown / MIB).toFixed(0)} MiB`)
  return outcome
}

async function read(path: string): Promise<Outcome> {
  try {
    const table = await parquetSource.describe([path])
    const columns = table.columns.map(({ name, type }) => ({ name, type }))
    const names = columns.map(({ name }) => name)
    for (const split of table.splits(names, []).splits) {
      const fetched = await table.fetch(split, names)
      let batches = 0
      for (const { ipc, rows } of parquetDecoder.decode(fetched, columns)) {
        const { data, numRows } = only(tableFromIPC(ipc).batches)
        if (numRows !== rows) throw new Error(`a batch of ${rows} rows has ${numRows}`)
        for (const child of data.children) checkOffsets(child)
        // A row group may say that it has any number of NULLs: some batches show that they would be read.
        if (++batches === BATCHES_MAX) break
      }
    }
    return "read"
  } catch (cause) {
    if (!(cause instanceof SourceError)) throw cause
    if (UNCLEAR.test(cause.message)) throw new Error(`an unclear error: ${cause.message}`, { cause })
    return "refused"
  }
}

const BATCHES_MAX = 8

function only<A>(items: readonly A[]): A {
  const [item] = items
  if (item === undefined || items.length > 1) throw new Error(`${items.length} batches instead of one`)
  return item
}

/** Words of JavaScript's own errors. */
const UNCLEAR =
  /Cannot (read|convert|mix)|is not (a function|iterable|defined|a constructor)|Invalid (typed )?array|out of (bounds|range)|call stack|Array buffer|: undefined| and undefined/

/** The engine trusts offsets: what they point at must be there. */
function checkOffsets(data: Data): void {
  const { type, length, children } = data
  if (DataType.isUtf8(type) || DataType.isBinary(type)) checkRising(data.valueOffsets, length, data.values.byteLength)
  if (DataType.isList(type) || DataType.isMap(type)) checkRising(data.valueOffsets, length, children[0]?.length ?? 0)
  for (const child of children) {
    if (DataType.isStruct(type) && child.length !== length) throw new Error("a member is longer than its struct")
    checkOffsets(child)
  }
}

function checkRising(offsets: Int32Array, length: number, end: number): void {
  let before = 0
  for (let i = 0; i <= length; i++) {
    const offset = offsets[i] ?? -1
    if (offset < before || offset > end) throw new Error(`offset ${i} is ${offset}, after ${before} and of ${end}`)
    before = offset
  }
}
