import type { LayoutColumn } from "../layout.ts"
import { FixedValues, TextValues } from "./dense.ts"
import { decimalOfBytes, decimalOfTexts, decimalOfWords } from "./decimals.ts"
import { blobs, halfFloats, int96Micros, intervals, narrowed, uuidTexts } from "./conversions.ts"

type Element = LayoutColumn["elements"][number]

/** A leaf's values, without gaps for NULLs, as the engine takes them. */
export type Dense = FixedValues | TextValues

/**
 * How a leaf's values lie in its pages, and what they become. Most are already what the engine takes; INT96 would
 * overflow its nanoseconds, an INTERVAL would lose its months, and DuckDB-WASM refuses Arrow's half floats.
 */
export interface LeafForm {
  /** In the pages: bytes a value; undefined for byte arrays, which say their own. A BOOLEAN is read as a byte. */
  readonly stored: number | undefined
  /** As the engine takes them: bytes a value, bits, or texts (blobs, too). */
  readonly wanted: number | "bits" | "texts"
  /** Texts must be UTF-8. */
  readonly utf8: boolean
  /** Appends `count` of the stored values to the wanted ones, from the `at`th on; undefined where they are the same. */
  readonly convert: ((stored: Dense, count: number, out: Dense, at: number) => void) | undefined
}

const INT96_BYTES = 12
const UUID_BYTES = 16
const INTERVAL_BYTES = 12
const HALF_BYTES = 2
const DECIMAL_BYTES = 16

export function leafForm(element: Element): LeafForm {
  const stored = storedBytes(element)
  const same: LeafForm = { stored, wanted: stored ?? "texts", utf8: false, convert: undefined }
  switch (element.conversion) {
    case "int96":
      return { ...same, stored: INT96_BYTES, wanted: 8, convert: ofFixed(int96Micros) }
    case "uuid":
      return { ...same, stored: UUID_BYTES, wanted: "texts", convert: uuidTexts }
    case "interval":
      return { ...same, stored: INTERVAL_BYTES, wanted: 16, convert: ofFixed(intervals) }
    case "float16":
      return { ...same, stored: HALF_BYTES, wanted: 4, convert: ofFixed(halfFloats) }
    case undefined:
      break
  }
  const { annotation, physical } = element
  if (annotation._tag === "decimal") {
    const convert =
      stored === undefined
        ? decimalOfTexts
        : physical === "FIXED_LEN_BYTE_ARRAY"
          ? ofFixed(decimalOfBytes)
          : ofFixed(decimalOfWords)
    return { ...same, wanted: DECIMAL_BYTES, convert }
  }
  if (annotation._tag === "utf8") return { ...same, utf8: true }
  if (annotation._tag === "int" && annotation.bits < 32) {
    return { ...same, wanted: annotation.bits / 8, convert: ofFixed(narrowed) }
  }
  if (physical === "BOOLEAN") return { ...same, wanted: "bits" }
  // A blob of a fixed length is read as if each said its own.
  if (physical === "FIXED_LEN_BYTE_ARRAY") return { ...same, wanted: "texts", convert: blobs }
  return same
}

function storedBytes({ physical, typeLength, name }: Element): number | undefined {
  switch (physical) {
    case "BOOLEAN":
      return 1
    case "INT32":
    case "FLOAT":
      return 4
    case "INT64":
    case "DOUBLE":
      return 8
    case "INT96":
      return INT96_BYTES
    case "BYTE_ARRAY":
      return undefined
    case "FIXED_LEN_BYTE_ARRAY":
      if (typeLength !== undefined && typeLength > 0) return typeLength
      break
    case undefined:
      break
  }
  throw new Error(`"${name}" is no leaf, or has no length`)
}

type FixedConvert = (stored: FixedValues, count: number, out: FixedValues, at: number) => void

function ofFixed(convert: FixedConvert): LeafForm["convert"] {
  return (stored, count, out, at) => {
    if (stored instanceof TextValues || out instanceof TextValues) throw new Error("these are no values of one width")
    out.reserve(at + count)
    convert(stored, count, out, at)
  }
}
