import { readBloomFilter, sbbfContains } from "hyparquet/src/bloom.js"
import { xxhash64 } from "hyparquet/src/xxhash.js"
import type { PruningPredicate } from "../../../planner/physical/stage.ts"
import type { SchemaElement } from "./metadata.ts"
import { parseOrdered } from "./ordered.ts"
import type { ParquetColumn } from "./schema.ts"

/** A larger filter costs more to read than most row groups. */
export const BLOOM_BYTES_MAX = 16 * 1024 * 1024

/** Whether the predicate can be answered by a filter, which knows of equal values only. */
export function asksBloomFilter({ flat, type }: ParquetColumn, { op, values }: PruningPredicate): boolean {
  if (flat === undefined || (op !== "=" && op !== "in")) return false
  return values.length > 0 && values.every((value) => plainBytes(flat, type, value) !== undefined)
}

/** Whether one of the values may be in the chunk. `bytes` start with the filter's header; in doubt, it may. */
export function bloomMayMatch(column: ParquetColumn, bytes: Uint8Array, { values }: PruningPredicate): boolean {
  const { flat, type } = column
  if (flat === undefined) return true
  const filter = readBloomFilter({ view: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), offset: 0 })
  if (filter === undefined) return true
  return values.some((value) => {
    const plain = plainBytes(flat, type, value)
    return plain === undefined || sbbfContains(filter.blocks, xxhash64(plain))
  })
}

/**
 * The bytes that a writer hashed for a value: those of the PLAIN encoding. Undefined where one value may be stored in
 * several ways (floats with their zeros, times of another unit), or in none.
 */
function plainBytes(element: SchemaElement, type: string, text: string): Uint8Array | undefined {
  const value = parseOrdered(type, text)
  if (value === undefined || typeof value === "number") return undefined
  if (value instanceof Uint8Array) return element.physical === "BYTE_ARRAY" ? value : undefined
  if (!/^U?(TINYINT|SMALLINT|INTEGER|BIGINT)$|^DATE$|^DECIMAL/.test(type)) return undefined
  const view = new DataView(new ArrayBuffer(element.physical === "INT32" ? 4 : 8))
  if (element.physical === "INT32") view.setInt32(0, Number(BigInt.asIntN(32, value)), true)
  else if (element.physical === "INT64") view.setBigInt64(0, BigInt.asIntN(64, value), true)
  else return undefined
  return new Uint8Array(view.buffer)
}
