import { readTextBatches } from "../../runtime/formats/text-batch.ts"
import type { QueryMetrics, QueryOptions, Session } from "../../runtime/session.ts"
import type { Answer, Row } from "./compare.ts"

/** Skein's whole answer to one query, ready to be compared with native DuckDB's. */
export async function skeinAnswer(
  session: Session,
  sql: string,
  options: Omit<QueryOptions, "form"> = {},
): Promise<Answer & { readonly metrics: QueryMetrics }> {
  const result = await session.query(sql, { ...options, form: "text" })
  const rows: Row[] = []
  for await (const batch of result.batches) {
    for (const { rows: count, columns } of readTextBatches(batch.ipc)) {
      for (let row = 0; row < count; row++) rows.push(columns.map((column) => column.at(row)))
    }
  }
  return { columns: result.columns, rows, metrics: result.metrics() }
}
