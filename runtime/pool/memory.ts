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

/** An engine's WebAssembly memory above which it is not kept when it has nothing to do: it never shrinks. */
export const ENGINE_KEPT_BYTES_MAX = 1024 * MIB

/** Batches between stages that a node holds in memory; more goes to files. */
export const EXCHANGE_MEMORY_BYTES_MAX = 512 * MIB

/** The share of an engine's memory that columns of files may take between tasks. The statements have the rest. */
const CACHE_SHARE = 0.5

/** What one of so many engines may use: DuckDB's limit, and what the cache may take of it. */
export function engineMemory(workers: number, cacheBytes?: number) {
  const memoryLimitBytes = engineMemoryBytes(workers)
  return { memoryLimitBytes, cacheBytes: cacheBytes ?? Math.floor(memoryLimitBytes * CACHE_SHARE) }
}

export function engineMemoryBytes(workers: number, machineBytes: number = totalmem()): number {
  const share = Math.floor((machineBytes * MACHINE_SHARE) / workers)
  return Math.max(ENGINE_MEMORY_BYTES_MIN, Math.min(ENGINE_MEMORY_BYTES_MAX, share))
}
