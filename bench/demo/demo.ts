import { SPREAD_QUERIES, tpchQuery } from "../harness/queries.ts"
import { ensureTpch, sampleDir } from "../harness/tpch-data.ts"
import { difference } from "../oracle/compare.ts"
import { openNative, type Native } from "../oracle/native.ts"
import { orderOf } from "../oracle/order-keys.ts"
import { skeinAnswer } from "../oracle/skein-answer.ts"
import { drawTable } from "../../runtime/formats/table-picture.ts"
import { helpText } from "../../runtime/cli/help.ts"
import { interruptible } from "../../runtime/cli/interrupt.ts"
import { parseOptions, positiveNumber, wholeNumber, type Command } from "../../runtime/cli/options.ts"
import { closeOutputs, complain, standardOutput } from "../../runtime/cli/output.ts"
import { reportError } from "../../runtime/cli/error-report.ts"
import { progressBar } from "../../runtime/cli/progress-bar.ts"
import { busyRatio, bytes, grouped, ms } from "../../runtime/cli/timing.ts"
import { WORKERS_OPTION, workersDefault } from "../../runtime/cli/query-options.ts"
import { openSession } from "../../runtime/local.ts"
import { WORKERS_MAX } from "../../runtime/pool/memory.ts"
import type { QueryMetrics, Session } from "../../runtime/session.ts"

const SCALE_DEFAULT = 0.1
/** Rows of each answer that are shown. */
const ROWS_SHOWN_MAX = 6
const WIDTH_DEFAULT = 120

const command: Command = {
  name: "npm start --",
  summary: "The main job: TPC-H over Parquet files, each answer checked against native DuckDB.",
  usage: ["npm start -- [--sf N] [--workers N]"],
  groups: [
    {
      title: "Options",
      options: [
        { name: "sf", value: "N", help: `the scale factor of the data (default ${SCALE_DEFAULT})` },
        WORKERS_OPTION,
        { name: "help", short: "h", help: "print this" },
      ],
    },
  ],
  notes: [],
}

/** Makes the sample data, runs the eight queries, and compares each answer with native DuckDB's on one thread. */
async function demo(args: readonly string[], signal: AbortSignal): Promise<number> {
  const given = parseOptions(command, args)
  if (given.has("help")) {
    await standardOutput().write(helpText(command))
    return 0
  }
  const scale = positiveNumber(given, "sf") ?? SCALE_DEFAULT
  const workers = wholeNumber(given, "workers", [1, WORKERS_MAX]) ?? workersDefault()
  const dataDir = sampleDir(process.cwd(), scale)
  await makeData(dataDir, scale, signal)
  const native = await openNative({ threads: 1, dataDir })
  const session = await openSession({ workers, dataDir, cwd: process.cwd() })
  const say = (text: string) => standardOutput().write(`${text}\n`)
  try {
    await say(`TPC-H at scale ${scale}, Parquet in ${dataDir}, ${workers} engine actors\n`)
    const verdicts: string[] = []
    for (const query of SPREAD_QUERIES) {
      signal.throwIfAborted()
      const verdict = await showQuery(query, session, native, say, signal)
      verdicts.push(verdict)
      await say(`${verdict}\n`)
    }
    await say(verdicts.join("\n"))
    const equal = verdicts.filter((verdict) => verdict.includes(EQUAL)).length
    await say("The first query's time includes the start of the engines.")
    await say(`\n${equal} of ${verdicts.length} answers equal native DuckDB ${await native.version()}`)
    return equal === verdicts.length ? 0 : 1
  } finally {
    await session.close()
    native.close()
  }
}

const EQUAL = "EQUALS native DuckDB"

/** Prints an answer's first rows and how the work was spread; returns the line that judges it. */
async function showQuery(
  query: number,
  session: Session,
  native: Native,
  say: (text: string) => Promise<void>,
  signal: AbortSignal,
): Promise<string> {
  const sql = await tpchQuery(query)
  const start = performance.now()
  const answer = await skeinAnswer(session, sql, { signal })
  const took = performance.now() - start
  const wrong = difference(await native.query(sql), answer, { order: orderOf(sql) })
  await say(`Query ${query}`)
  const head = answer.rows.slice(0, ROWS_SHOWN_MAX)
  const width = standardOutput().terminalWidth() ?? WIDTH_DEFAULT
  await say(drawTable(answer.columns, { head, tail: [], total: answer.rows.length }, width).trimEnd())
  await say(workText(answer.metrics))
  const verdict = wrong === undefined ? EQUAL : `DIFFERS: ${wrong}`
  return `Q${String(query).padEnd(3)} ${ms(took).padStart(8)}  ${grouped(answer.rows.length).padStart(6)} ${answer.rows.length === 1 ? "row " : "rows"}  ${verdict}`
}

function workText(metrics: QueryMetrics): string {
  const actors = metrics.actors.map((actor) => `${actor.name} ${ms(actor.busyMs)} in ${actor.tasks} tasks`).join(", ")
  return (
    `${actors}; longest ${busyRatio(metrics.actors).toFixed(2)}x the mean\n` +
    `read ${bytes(metrics.bytesRead)} in ${metrics.splits} splits (${metrics.splitsPruned} pruned), ` +
    `exchanged ${bytes(metrics.bytesExchanged)}, ${metrics.stages.length} stages`
  )
}

async function makeData(dataDir: string, scale: number, signal: AbortSignal): Promise<void> {
  const bar = progressBar("rows")
  const start = performance.now()
  try {
    const onProgress = (p: { rows: number; totalRows: number; bytes: number }) =>
      bar.show(p.rows, p.totalRows, `${bytes(p.bytes)} written`)
    const made = await ensureTpch(dataDir, scale, onProgress, signal)
    bar.clear()
    if (made) complain(`made TPC-H at scale ${scale} in ${ms(performance.now() - start)}`)
  } finally {
    bar.clear()
  }
}

const code = await interruptible((signal) => demo(process.argv.slice(2), signal)).catch(reportError)
await closeOutputs()
process.exit(code)
