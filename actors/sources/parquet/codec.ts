import type { ColumnChunk } from "./metadata.ts"

export const CODECS = ["UNCOMPRESSED", "SNAPPY", "GZIP", "LZO", "BROTLI", "LZ4", "ZSTD", "LZ4_RAW"] as const
const READABLE: ReadonlySet<string | undefined> = new Set([
  "UNCOMPRESSED",
  "SNAPPY",
  "GZIP",
  "BROTLI",
  "ZSTD",
  "LZ4_RAW",
])

/** Why a chunk's compression cannot be undone; undefined if it can. LZ4 without RAW is framed in two ways that look alike. */
export function codecRefusal(chunk: ColumnChunk): string | undefined {
  const name = CODECS[chunk.codec]
  if (READABLE.has(name)) return undefined
  const readable = [...READABLE].join(", ")
  return `it is compressed with ${name ?? `codec ${chunk.codec}`}; what can be read is ${readable}`
}
