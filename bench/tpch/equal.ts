/**
 * Runs the 22 TPC-H queries at several numbers of partitions and compares every answer with native DuckDB over the same
 * files.
 *
 *   node bench/tpch/equal.ts [--scale 0.1] [--partitions 1,2,4] [--workers 2]
 */
import { parseArgs } from "node:util"
import { openSession } from "../../runtime/local.ts"
import { ALL_QUERIES, tpchQuery } from "../harness/queries.ts"
import { ensureTpch, sampleDir } from "../harness/tpch-data.ts"
import { difference } from "../oracle/compare.ts"
import { openNative } from "../oracle/native.ts"
import { orderOf } from "../oracle/order-keys.ts"
import { skeinAnswer } from "../oracle/skein-answer.ts"

const { values } = parseArgs({
  options: {
    scale: { type: "string", default: "0.1" },
    partitions: { type: "string", default: "1,2,4" },
    workers: { type: "string", default: "2" },
  },
})
const scale = Number(values.scale)
const ways = values.partitions.split(",").map(Number)
const dir = sampleDir(process.cwd(), scale)
await ensureTpch(dir, scale, () => undefined)
const native = await openNative({ threads: 1, dataDir: dir })
const session = await openSession({ workers: Number(values.workers), dataDir: dir, cwd: dir })

let different = 0
for (const number of ALL_QUERIES) {
  const sql = await tpchQuery(number)
  const expected = await native.query(sql)
  const verdicts: string[] = []
  for (const partitions of ways) {
    const found = difference(expected, await skeinAnswer(session, sql, { partitions }), { order: orderOf(sql) })
    if (found !== undefined) different += 1
    verdicts.push(`${partitions}: ${found ?? "equal"}`)
  }
  process.stdout.write(
    `Q${String(number).padEnd(3)} ${String(expected.rows.length).padStart(5)} rows  ${verdicts.join("  ")}\n`,
  )
}
process.stdout.write(`${different === 0 ? "all equal" : `${different} NOT EQUAL`} at scale ${scale}\n`)
if (different > 0) process.exitCode = 1
await session.close()
native.close()
