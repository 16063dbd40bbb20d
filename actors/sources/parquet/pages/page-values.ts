import { FixedValues, TextValues } from "./dense.ts"
import { DeltaFixed, PlainBooleans, PlainFixed, RunBooleans, SplitFixed } from "./fixed.ts"
import type { FixedReader } from "./fixed.ts"
import { HybridReader } from "./hybrid.ts"
import { ROW_BYTES_MAX } from "./limits.ts"
import { DeltaLengthTexts, DeltaTexts, PlainTexts } from "./texts.ts"
import type { TextReader } from "./texts.ts"
import type { PhysicalType } from "../metadata.ts"

/** A data page's values, by how they are encoded. */
export type PageValues =
  | { readonly _tag: "codes"; readonly reader: HybridReader }
  | { readonly _tag: "fixed"; readonly reader: FixedReader }
  | { readonly _tag: "texts"; readonly reader: TextReader }

const ENCODINGS = [
  "PLAIN",
  "GROUP_VAR_INT",
  "PLAIN_DICTIONARY",
  "RLE",
  "BIT_PACKED",
  "DELTA_BINARY_PACKED",
  "DELTA_LENGTH_BYTE_ARRAY",
  "DELTA_BYTE_ARRAY",
  "RLE_DICTIONARY",
  "BYTE_STREAM_SPLIT",
] as const

/**
 * The values of a page's body, which start at `at`. `width`: bytes of each; undefined for byte arrays. Throws an Error
 * for an encoding that Parquet does not have for the type.
 */
export function pageValues(
  encoding: number,
  physical: PhysicalType,
  width: number | undefined,
  body: Uint8Array,
  at: number,
): PageValues {
  const name = ENCODINGS[encoding]
  const fixed = (reader: FixedReader): PageValues => ({ _tag: "fixed", reader })
  switch (name) {
    case "PLAIN":
      if (width === undefined) return { _tag: "texts", reader: new PlainTexts(body, at) }
      return fixed(physical === "BOOLEAN" ? new PlainBooleans(body, at) : new PlainFixed(body, at, width))
    case "PLAIN_DICTIONARY":
    case "RLE_DICTIONARY": {
      const bits = body[at]
      if (bits === undefined) throw new Error("its codes end early")
      return { _tag: "codes", reader: new HybridReader(body, at + 1, body.byteLength, bits) }
    }
    case "RLE":
      if (physical === "BOOLEAN") return fixed(new RunBooleans(body, at))
      break
    case "DELTA_BINARY_PACKED":
      if (physical === "INT32") return fixed(new DeltaFixed(body, at, 4))
      if (physical === "INT64") return fixed(new DeltaFixed(body, at, 8))
      break
    case "DELTA_LENGTH_BYTE_ARRAY":
      if (width === undefined) return { _tag: "texts", reader: new DeltaLengthTexts(body, at) }
      break
    case "DELTA_BYTE_ARRAY":
      if (width === undefined) return { _tag: "texts", reader: new DeltaTexts(body, at) }
      if (physical === "FIXED_LEN_BYTE_ARRAY") return fixed(new FixedOfTexts(new DeltaTexts(body, at), width))
      break
    case "BYTE_STREAM_SPLIT":
      if (width !== undefined && physical !== "BOOLEAN") return fixed(new SplitFixed(body, at, width))
      break
    case "GROUP_VAR_INT":
    case "BIT_PACKED":
    case undefined:
      break
  }
  throw new Error(`its ${physical} values are encoded with ${name ?? `encoding ${encoding}`}, which cannot be read`)
}

/** Values of a fixed width that are encoded as byte arrays. */
class FixedOfTexts implements FixedReader {
  readonly #texts: TextReader
  readonly #width: number

  constructor(texts: TextReader, width: number) {
    this.#texts = texts
    this.#width = width
  }

  read(out: FixedValues, at: number, count: number): void {
    const texts = new TextValues(count, ROW_BYTES_MAX)
    this.#texts.read(texts, count)
    for (let i = 0; i <= count; i++) {
      if (texts.offsets[i] !== i * this.#width) throw new Error(`one of its values does not have ${this.#width} bytes`)
    }
    out.bytes.set(texts.bytes.subarray(0, texts.used), at * this.#width)
  }

  skip(count: number): void {
    this.#texts.skip(count)
  }
}
