import { setBits } from "./hybrid.ts"
import type { Nulls } from "./collected.ts"
import { copyText } from "./dense.ts"
import type { BitsVector, FixedVector, TextsVector, Vector } from "./vector.ts"

/** The rows of a vector that `rows` names, in that order. Codes stay codes. */
export function takeRows(vector: Vector, rows: Int32Array): Vector {
  const nulls = takenNulls(vector, rows)
  switch (vector._tag) {
    case "fixed":
      return { ...vector, ...nulls, bytes: takenFixed(vector, rows) }
    case "bits":
      return { ...vector, ...nulls, bits: takenBits(vector, rows) }
    case "texts":
      return { ...vector, ...nulls, ...takenTexts(vector, rows) }
    case "codes":
      return { ...vector, ...nulls, codes: rows.map((row) => vector.codes[row] as number) }
    case "list": {
      const { offsets } = vector
      const starts = new Int32Array(rows.length + 1)
      const items: number[] = []
      for (const [i, row] of rows.entries()) {
        for (let item = offsets[row] as number; item < (offsets[row + 1] as number); item++) items.push(item)
        starts[i + 1] = items.length
      }
      return { ...vector, ...nulls, offsets: starts, item: takeRows(vector.item, Int32Array.from(items)) }
    }
    case "struct":
      return { ...vector, ...nulls, fields: vector.fields.map((field) => takeRows(field, rows)) }
  }
}

function takenNulls({ validity }: Vector, rows: Int32Array): Nulls {
  if (validity === undefined) return { rows: rows.length, nulls: 0, validity }
  const bits = new Uint8Array((rows.length + 7) >> 3)
  let valid = 0
  for (const [i, row] of rows.entries()) {
    if (((validity[row >> 3] as number) & (1 << (row & 7))) === 0) continue
    setBits(bits, i, 1)
    valid++
  }
  return { rows: rows.length, nulls: rows.length - valid, validity: valid === rows.length ? undefined : bits }
}

function takenFixed({ bytes, width }: FixedVector, rows: Int32Array): Uint8Array {
  if (width % 4 !== 0) {
    const out = new Uint8Array(rows.length * width)
    for (let i = 0; i < rows.length; i++) {
      const from = (rows[i] as number) * width
      for (let byte = 0; byte < width; byte++) out[i * width + byte] = bytes[from + byte] as number
    }
    return out
  }
  const each = width / 4
  const words = new Int32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength >> 2)
  const out = new Int32Array(rows.length * each)
  for (let i = 0, to = 0; i < rows.length; i++) {
    const from = (rows[i] as number) * each
    for (let word = 0; word < each; word++) out[to++] = words[from + word] as number
  }
  return new Uint8Array(out.buffer)
}

function takenBits({ bits }: BitsVector, rows: Int32Array): Uint8Array {
  const out = new Uint8Array((rows.length + 7) >> 3)
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i] as number
    if (((bits[row >> 3] as number) & (1 << (row & 7))) !== 0) setBits(out, i, 1)
  }
  return out
}

function takenTexts({ offsets, bytes }: TextsVector, rows: Int32Array): Pick<TextsVector, "offsets" | "bytes"> {
  const taken = new Int32Array(rows.length + 1)
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i] as number
    taken[i + 1] = (taken[i] as number) + (offsets[row + 1] as number) - (offsets[row] as number)
  }
  const out = new Uint8Array(taken[rows.length] as number)
  for (let i = 0; i < rows.length; i++) {
    const to = taken[i] as number
    copyText(bytes, offsets[rows[i] as number] as number, (taken[i + 1] as number) - to, out, to)
  }
  return { offsets: taken, bytes: out }
}
