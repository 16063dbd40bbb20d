/** Sections of a WebAssembly file: a number, a length, the content. */
const CUSTOM_SECTION = 0
const EXPORT_SECTION = 7
/** Magic number and version. */
const HEADER_BYTES = 8
/** Lengths that are written here take so many bytes, which hold every 32-bit number. */
const LENGTH_BYTES = 5
/** A section without content: its number and its length. */
const FRAME_BYTES = 1 + LENGTH_BYTES
/** Names of C++ begin with the one; before those that a library may replace stands the other. */
const CPP_MARK = Buffer.from("_Z", "latin1")
const REPLACED_MARK = Buffer.from("orig$", "latin1")

/**
 * DuckDB exports 72,000 C++ symbols for extensions to link with, a quarter of the file. Instantiating and the library's
 * own start each walk through them all. No extension is ever loaded here, and the module itself imports none of them.
 * Works in place, and leaves a file that has no room for it as it is.
 */
export function dropCppExports(file: Uint8Array<ArrayBuffer>): void {
  const section = findSection(file, EXPORT_SECTION)
  if (section === undefined) return
  const content = joined(keptExports(file, section.body))
  const rest = section.start + FRAME_BYTES + content.length
  // A custom section has a name, here an empty one.
  const fillerBytes = section.end - rest - FRAME_BYTES
  if (fillerBytes < 1) return
  writeFrame(file, section.start, EXPORT_SECTION, content.length)
  file.set(content, section.start + FRAME_BYTES)
  // What is left becomes a section that nobody reads, so that everything after it stays where it is.
  writeFrame(file, rest, CUSTOM_SECTION, fillerBytes)
  file[rest + FRAME_BYTES] = 0
}

function findSection(file: Uint8Array, wanted: number) {
  const reader = new Reader(file, HEADER_BYTES)
  while (reader.at < file.length) {
    const start = reader.at
    const number = reader.byte()
    const bytes = reader.number()
    const body = reader.at
    reader.at += bytes
    if (number === wanted) return { start, body, end: reader.at }
  }
  return undefined
}

/** Their number, then each as it stands in the file. */
function keptExports(file: Uint8Array, body: number): readonly Uint8Array[] {
  const kept: Uint8Array[] = []
  const reader = new Reader(file, body)
  for (let left = reader.number(); left > 0; left--) {
    const start = reader.at
    const nameBytes = reader.number()
    const name = reader.at + (beginsWith(file, reader.at, REPLACED_MARK) ? REPLACED_MARK.length : 0)
    const isCpp = beginsWith(file, name, CPP_MARK)
    reader.at += nameBytes
    // What it is, and which.
    reader.byte()
    reader.number()
    if (!isCpp) kept.push(file.subarray(start, reader.at))
  }
  const count = new Uint8Array(LENGTH_BYTES)
  writeNumber(count, 0, kept.length)
  return [count, ...kept]
}

function beginsWith(file: Uint8Array, at: number, mark: Uint8Array): boolean {
  for (let i = 0; i < mark.length; i++) if (file[at + i] !== mark[i]) return false
  return true
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}

function writeFrame(file: Uint8Array, at: number, section: number, bytes: number): void {
  file[at] = section
  writeNumber(file, at + 1, bytes)
}

/** Unsigned LEB128, padded to its longest form. */
function writeNumber(file: Uint8Array, at: number, value: number): void {
  for (let i = 0; i < LENGTH_BYTES; i++) {
    const isMore = i < LENGTH_BYTES - 1
    file[at + i] = ((value >>> (7 * i)) & 0x7f) | (isMore ? 0x80 : 0)
  }
}

class Reader {
  at: number
  readonly #file: Uint8Array

  constructor(file: Uint8Array, at: number) {
    this.#file = file
    this.at = at
  }

  byte(): number {
    return this.#file[this.at++] ?? 0
  }

  /** Unsigned LEB128. */
  number(): number {
    let value = 0
    for (let shift = 0; ; shift += 7) {
      const byte = this.byte()
      value |= (byte & 0x7f) << shift
      if ((byte & 0x80) === 0) return value >>> 0
    }
  }
}
