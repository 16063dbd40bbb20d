/** Runs in each runtime: takes a folder and statements as JSON from standard input, prints an answer a line. */
import { text } from "node:stream/consumers"
import * as Schema from "effect/Schema"
import { skeinAnswer } from "../../bench/oracle/skein-answer.ts"
import { openSession } from "../../runtime/local.ts"

const Request = Schema.fromJsonString(Schema.Struct({ dir: Schema.String, statements: Schema.Array(Schema.String) }))

const { dir, statements } = Schema.decodeUnknownSync(Request)(await text(process.stdin))
const session = await openSession({ workers: 2, dataDir: dir, cwd: dir })
for (const sql of statements) {
  const { columns, rows } = await skeinAnswer(session, sql)
  process.stdout.write(`${JSON.stringify({ columns, rows })}\n`)
}
await session.close()
