import { craftFile } from "../../actors/sources/parquet/testing/craft.ts"
import { text } from "../../actors/sources/parquet/thrift.ts"
import { skeinAnswer } from "../../bench/oracle/skein-answer.ts"
import type { QueryMetrics, Session } from "../../runtime/session.ts"

const INT32 = 1

/**
 * A file with the columns `a` and `b` of these numbers. Its size, and but for `writer` (a word of four letters) its
 * metadata, go by how many they are alone.
 */
export function numberFile(a: readonly number[], writer = "test", b: readonly number[] = a): Uint8Array {
  const column = (name: string, values: readonly number[]) => ({
    name,
    physical: INT32,
    element: [],
    page: new Uint8Array(Int32Array.from(values).buffer),
    values: values.length,
  })
  return craftFile([column("a", a), column("b", b)], [[6, text(writer)]])
}

export interface Asked {
  /** The first row, as DuckDB prints it. */
  readonly first: readonly (string | null)[]
  readonly rows: number
  readonly hits: number
  readonly misses: number
  readonly metrics: QueryMetrics
}

export async function ask(session: Session, sql: string): Promise<Asked> {
  const { rows, metrics } = await skeinAnswer(session, sql)
  const { hits, misses } = metrics.cache
  return { first: rows[0] ?? [], rows: rows.length, hits, misses, metrics }
}
