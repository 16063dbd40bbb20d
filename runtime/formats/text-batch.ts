import { DataType, RecordBatchReader, type Vector } from "apache-arrow"

/** A batch of a result in the form `text`: every value is what DuckDB prints for it. */
export interface TextBatch {
  readonly rows: number
  /** By position: names may repeat. */
  readonly columns: readonly TextColumn[]
}

export interface TextColumn {
  readonly at: (row: number) => string | null
  readonly all: () => readonly (string | null)[]
}

/** Reads the IPC streams' record batches; usually there is one. */
export function readTextBatches(ipc: Uint8Array): readonly TextBatch[] {
  const batches: TextBatch[] = []
  for (const batch of RecordBatchReader.from(ownBytes(ipc))) {
    const columns = batch.schema.fields.map((_, i) => textColumn(batch.getChildAt(i), batch.numRows))
    batches.push({ rows: batch.numRows, columns })
  }
  return batches
}

/** The same row by row. */
export function textRows(ipc: Uint8Array): readonly (readonly (string | null)[])[] {
  return readTextBatches(ipc).flatMap(({ rows, columns }) => {
    const values = columns.map((column) => column.all())
    return Array.from({ length: rows }, (_, row) => values.map((column) => column[row] ?? null))
  })
}

/** Text decoders refuse shared memory, which batches of engine threads are. */
export function ownBytes(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return bytes.buffer instanceof ArrayBuffer
    ? new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length)
    : new Uint8Array(bytes)
}

function textColumn(vector: Vector | null, rows: number): TextColumn {
  if (vector === null) throw new Error("a result batch has fewer columns than its schema names")
  const at = (row: number): string | null => {
    const value: unknown = vector.get(row)
    if (value === null || typeof value === "string") return value
    throw new Error(`a result column should hold text, found ${typeof value}`)
  }
  return { at, all: () => asciiTexts(vector, rows) ?? Array.from({ length: rows }, (_, row) => at(row)) }
}

/**
 * All texts of a column that holds nothing but ASCII: decoded as one long text and cut by the offsets, several times
 * faster than a call a value. Undefined when bytes and letters do not agree, or when it is no column of texts.
 */
function asciiTexts(vector: Vector, rows: number): readonly (string | null)[] | undefined {
  const data = vector.data[0]
  if (data === undefined || vector.data.length !== 1 || !DataType.isUtf8(data.type)) return undefined
  const { valueOffsets: offsets, values } = data
  const [start, end] = [offsets[0] ?? 0, offsets[rows] ?? 0]
  const text = decoder.decode(values.subarray(start, end))
  if (text.length !== end - start) return undefined
  const texts: (string | null)[] = []
  for (let row = 0; row < rows; row++) {
    const valid = data.nullCount === 0 || data.getValid(row)
    texts.push(valid ? text.slice((offsets[row] ?? 0) - start, (offsets[row + 1] ?? 0) - start) : null)
  }
  return texts
}

const decoder = new TextDecoder()
