import { isAscii, isUtf8 } from "node:buffer"
import type { TextValues } from "./dense.ts"

/** Throws an Error that names the first text that is not UTF-8. */
export function checkUtf8({ bytes, offsets, count }: TextValues): void {
  const all = bytes.subarray(0, offsets[count])
  if (isAscii(all)) return
  // The whole may be valid where a text ends within a character that the next one completes.
  if (isUtf8(all) && startsOfCharacters(bytes, offsets, count)) return
  for (let i = 0; i < count; i++) {
    const text = bytes.subarray(offsets[i], offsets[i + 1])
    if (!isUtf8(text)) throw new Error(`one of its texts is not UTF-8: ${shown(text)}`)
  }
}

function startsOfCharacters(bytes: Uint8Array, offsets: Int32Array, count: number): boolean {
  const end = offsets[count] as number
  for (let i = 0; i < count; i++) {
    const start = offsets[i] as number
    if (start < end && ((bytes[start] as number) & 0xc0) === 0x80) return false
  }
  return true
}

const SHOWN_BYTES_MAX = 40

/** As DuckDB shows such bytes: what is printable as it is, the others in hexadecimal. */
function shown(text: Uint8Array): string {
  const bytes = [...text.subarray(0, SHOWN_BYTES_MAX)]
  const printed = bytes.map((byte) =>
    byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : `\\x${byte.toString(16).padStart(2, "0").toUpperCase()}`,
  )
  return `'${printed.join("")}'${text.byteLength > SHOWN_BYTES_MAX ? " …" : ""}`
}
