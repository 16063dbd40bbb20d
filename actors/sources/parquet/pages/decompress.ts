import { brotliDecompressSync, gunzipSync, zstdDecompressSync } from "node:zlib"
import { CODECS } from "../codec.ts"
import { reason } from "../reason.ts"
import { inflateLz4 } from "./lz4.ts"
import { inflateSnappy } from "./snappy.ts"

/** No codec whose output is allocated beforehand packs tighter: LZ4 adds 255 bytes a byte, Snappy 64 in three. */
const RATIO_MAX = 256

const NO_BYTES = new Uint8Array(0)

/**
 * The bytes of a page without their compression. Throws an Error whose message is the reason: damaged data, and data of
 * another length than its header says.
 */
export function decompress(codec: number, bytes: Uint8Array, size: number): Uint8Array {
  const name = CODECS[codec]
  // Some writers compress nothing to no bytes at all.
  if (size === 0) return NO_BYTES
  switch (name) {
    case "UNCOMPRESSED":
      if (bytes.byteLength !== size) {
        throw new Error(`a page of ${size} bytes without compression takes ${bytes.byteLength} bytes`)
      }
      return bytes
    case "SNAPPY":
      checkRatio(name, bytes.byteLength, size)
      return inflateSnappy(bytes, size)
    case "LZ4_RAW": {
      checkRatio(name, bytes.byteLength, size)
      const out = new Uint8Array(size)
      inflateLz4(bytes, out, size)
      return out
    }
    case "GZIP":
    case "BROTLI":
    case "ZSTD":
      return inflated(name, bytes, size)
    default:
      throw new Error(`it is compressed with ${name ?? `codec ${codec}`}`)
  }
}

function checkRatio(name: string, bytes: number, size: number): void {
  if (size > bytes * RATIO_MAX) throw new Error(`${bytes} bytes of ${name} data cannot hold a page of ${size} bytes`)
}

/** The library's memory, in which its output comes: small enough to cost nothing, large enough for few pieces. */
const PIECE_BYTES_MIN = 64
const PIECE_BYTES_MAX = 1024 * 1024

const INFLATE = { GZIP: gunzipSync, BROTLI: brotliDecompressSync, ZSTD: zstdDecompressSync } as const

function inflated(name: keyof typeof INFLATE, bytes: Uint8Array, size: number): Uint8Array {
  let out: Uint8Array
  try {
    // The output grows as it comes, so a header that lies costs nothing.
    out = INFLATE[name](bytes, {
      maxOutputLength: size,
      chunkSize: Math.min(Math.max(size, PIECE_BYTES_MIN), PIECE_BYTES_MAX),
    })
  } catch (cause) {
    throw new Error(
      `its ${name} data is damaged, or longer than the ${size} bytes of its page's header: ${reason(cause)}`,
    )
  }
  if (out.byteLength !== size) {
    throw new Error(`its ${name} data holds ${out.byteLength} bytes, its page's header says ${size}`)
  }
  return out
}
