import type { ServerResponse } from "node:http"
import type { OutputColumn } from "../../planner/physical/stage.ts"
import { loadFormat, type FormatTarget, type ResultWriter, type Sink } from "../formats/format.ts"
import type { QueryResult, Session } from "../session.ts"
import type { GivenValues } from "../session/parameters.ts"
import { openAnswer } from "./answer.ts"
import { MEDIA_TYPES, type HttpFormat } from "./media.ts"
import { untilAborted } from "./until-aborted.ts"

/**
 * Bytes of a JSON answer that are held back before the first leaves: nobody reads half an object, so a failure after few
 * rows still gets its own status. The other formats are read as they come, and are sent as they come.
 */
const JSON_HELD_BYTES_MAX = 64 * 1024

/** What a door writes of an answer. */
type Rows = Pick<QueryResult, "id" | "columns" | "batches">

/** What any door asks for. */
export interface AskedQuery {
  readonly sql: string
  readonly parameters: GivenValues | undefined
  readonly format: HttpFormat
  readonly signal: AbortSignal
  /** When the request came, on the clock of `performance`. */
  readonly began: number
  /** Called with the query's id as soon as it has one. */
  readonly onStart: (id: string) => void
}

export interface QueryAnswer extends AskedQuery {
  readonly stalledMs: number
  readonly headers: Readonly<Record<string, string>>
}

/** Runs one statement and writes its rows as they come. Rejects with what it failed with. */
export async function answerQuery(session: Session, response: ServerResponse, query: QueryAnswer): Promise<void> {
  const { format, signal } = query
  const result = await startAnswer(session, query)
  const answer = openAnswer(response, {
    headers: { ...query.headers, "Content-Type": contentType(format), "Skein-Query": result.id },
    heldBytesMax: format === "json" ? JSON_HELD_BYTES_MAX : 0,
    stalledMs: query.stalledMs,
    signal,
  })
  await writeAnswer(result, answer, query)
  answer.end()
}

/** Plans and starts the statement, so that its rows come as the format needs them. */
export async function startAnswer(session: Session, asked: AskedQuery): Promise<Rows> {
  const { sql, parameters, format, signal, onStart } = asked
  const form = format === "arrow" ? "arrow" : "text"
  const given = parameters === undefined ? {} : { parameters }
  const result = await untilAborted(session.query(sql, { form, signal, onAdmitted: onStart, ...given }), signal)
  onStart(result.id)
  return result
}

/** Writes the whole answer, and gives the number of its rows. */
export async function writeAnswer(result: Rows, sink: Sink, { format, began, signal }: AskedQuery): Promise<number> {
  const target = { columns: result.columns, sink, terminalWidth: undefined }
  const writer = format === "json" ? await openEnvelope(target, result.id, began) : await openPlain(format, target)
  const rows = await writeBatches(result, writer, signal)
  await writer.end()
  return rows
}

async function writeBatches({ batches }: Rows, writer: ResultWriter, signal: AbortSignal): Promise<number> {
  const reading = batches[Symbol.asyncIterator]()
  let rows = 0
  try {
    for (;;) {
      const next = await untilAborted(reading.next(), signal)
      if (next.done === true) return rows
      rows += next.value.rows
      await writer.batch(next.value)
    }
  } finally {
    // Leaving cancels the query; whoever waits for the answer does not wait until all of it is cleared away.
    void reading.return?.().catch(() => undefined)
  }
}

async function openPlain(format: Exclude<HttpFormat, "json">, target: FormatTarget): Promise<ResultWriter> {
  return (await loadFormat(format)).open(target)
}

/** `{"result":[{…},⏎{…}],"columns":[{"name":…,"type":…}],"rows":2,"query":"q1","ms":12}` */
async function openEnvelope(target: FormatTarget, query: string, began: number): Promise<ResultWriter> {
  const { objectRows } = await import("../formats/json.ts")
  const before = '{"result":['
  const objects = objectRows(target, { before, between: ",\n", after: "]", none: `${before}]` })
  let rows = 0
  return {
    batch: async (batch) => {
      rows += batch.rows
      await objects.batch(batch)
    },
    end: async () => {
      await objects.end()
      const ms = Math.round(performance.now() - began)
      const rest = JSON.stringify({ columns: target.columns.map(described), rows, query, ms })
      await target.sink.write(`,${rest.slice(1)}\n`)
    },
  }
}

function described({ name, type }: OutputColumn): OutputColumn {
  return { name, type }
}

export function contentType(format: HttpFormat): string {
  return format === "csv" ? `${MEDIA_TYPES.csv}; charset=utf-8; header=present` : MEDIA_TYPES[format]
}
