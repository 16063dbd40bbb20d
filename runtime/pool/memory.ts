import { totalmem } from "node:os"

const MIB = 1024 * 1024

/**
 * DuckDB's memory_limit in one engine. Two such engines, what else their threads hold (200 to 280 MB each), the one more
 * that plans while both work, the store and the main thread stay below 5 GiB.
 */
const ENGINE_MEMORY_BYTES_MAX = 1536 * MIB

/** An engine with less cannot join much; fewer engines are better then. */
const ENGINE_MEMORY_BYTES_MIN = 256 * MIB

/** The share of the machine's memory that all engines together may use. */
const MACHINE_SHARE = 0.6

/** Engines of one process: each takes a thread, and some 200 MB before it holds a row. */
export const WORKERS_MAX = 64

/** What an engine's WebAssembly memory, which never shrinks, may hold beside its cache when it has nothing to do. */
export const ENGINE_KEPT_BYTES_MAX = 1024 * MIB

/** Batches between stages that a node holds in memory; more goes to files. */
export const EXCHANGE_MEMORY_BYTES_MAX = 512 * MIB

/** The share of an engine's memory that columns of files may take between tasks. The statements have the rest. */
const CACHE_SHARE = 0.5
/** The same when somebody asks for more: a statement that finds no room empties the cache. */
const CACHE_SHARE_MAX = 0.8

/** A cache is given up with its engine only when so many times its size is given back. */
const RECYCLED_TO_CACHE_MIN = 2

/** What one of so many engines may use: DuckDB's limit, and what the cache may take of it. */
export function engineMemory(workers: number, cacheBytes?: number) {
  const memoryLimitBytes = engineMemoryBytes(workers)
  const asked = cacheBytes ?? memoryLimitBytes * CACHE_SHARE
  return { memoryLimitBytes, cacheBytes: Math.floor(Math.min(asked, memoryLimitBytes * CACHE_SHARE_MAX)) }
}

/** What starting an engine anew would give back; 0 when its cache would be missed more. */
export function recyclableBytes(memoryBytes: number, cacheBytes: number): number {
  const bytes = memoryBytes - cacheBytes
  return bytes >= RECYCLED_TO_CACHE_MIN * cacheBytes ? bytes : 0
}

export function engineMemoryBytes(workers: number, machineBytes: number = totalmem()): number {
  const share = Math.floor((machineBytes * MACHINE_SHARE) / workers)
  return Math.max(ENGINE_MEMORY_BYTES_MIN, Math.min(ENGINE_MEMORY_BYTES_MAX, share))
}
