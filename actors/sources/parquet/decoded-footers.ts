import { createHash } from "node:crypto"
import { decodeMetadata, type ParquetMetadata } from "./metadata.ts"

/** Bytes of footers whose decoded form is kept. It takes some twenty times as much. */
const KEPT_BYTES_MAX = 4 * 1024 * 1024

interface Kept {
  readonly metadata: ParquetMetadata
  readonly bytes: number
}

/** By what the footers say, the one that was wanted longest ago first. So nothing in it can be out of date. */
const kept = new Map<string, Kept>()
let keptBytes = 0

/** As `decodeMetadata`; a footer that was decoded lately is not decoded again. */
export function decodeFooter(footer: Uint8Array): ParquetMetadata {
  const key = createHash("sha256").update(footer).digest("base64")
  const known = kept.get(key)
  if (known !== undefined) {
    kept.delete(key)
    kept.set(key, known)
    return known.metadata
  }
  const metadata = decodeMetadata(footer)
  if (footer.byteLength > KEPT_BYTES_MAX) return metadata
  kept.set(key, { metadata, bytes: footer.byteLength })
  keptBytes += footer.byteLength
  for (const [oldest, { bytes }] of kept) {
    if (keptBytes <= KEPT_BYTES_MAX) break
    kept.delete(oldest)
    keptBytes -= bytes
  }
  return metadata
}
