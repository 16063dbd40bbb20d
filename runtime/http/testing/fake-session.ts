import { Table, tableToIPC, Utf8, vectorFromArray } from "apache-arrow"
import { Cancelled } from "../../../actors/errors.ts"
import type { QueryOptions, QueryResult, ResultBatch, Session } from "../../session.ts"

export interface FakeQuery {
  readonly columns?: QueryResult["columns"]
  /** Fails before the first row. */
  readonly error?: unknown
  readonly batches?: (signal: AbortSignal) => AsyncIterable<ResultBatch>
}

/** A session without engines: each statement does what the table says. */
export function fakeSession(queries: Readonly<Record<string, FakeQuery>>): Session {
  let count = 0
  return {
    query: (sql, options: QueryOptions = {}) => {
      const known = queries[sql]
      if (known === undefined) return Promise.reject(new Error(`the fake session does not know: ${sql}`))
      if ("error" in known) return Promise.reject(known.error)
      count += 1
      const signal = options.signal ?? new AbortController().signal
      return Promise.resolve({
        id: `q${count}`,
        columns: known.columns ?? [{ name: "a", type: "VARCHAR" }],
        batches: known.batches?.(signal) ?? batchesOf([]),
        metrics: () => {
          throw new Error("nobody asks a fake for figures")
        },
      })
    },
    plan: () => Promise.reject(new Error("the fake session does not plan")),
    tables: () => Promise.resolve([]),
    close: () => Promise.resolve(),
  }
}

/** One column of texts, as a result batch of the form `text`. */
export function textBatch(...values: readonly (string | null)[]): ResultBatch {
  const ipc = tableToIPC(new Table({ a: vectorFromArray([...values], new Utf8()) }), "stream")
  return { ipc, rows: values.length }
}

export async function* batchesOf(batches: readonly ResultBatch[], error?: unknown): AsyncGenerator<ResultBatch> {
  for (const batch of batches) yield await Promise.resolve(batch)
  if (error !== undefined) throw error
}

/** Ends only when it is cancelled. */
export async function* endless(
  signal: AbortSignal,
  onStart: () => void = () => undefined,
): AsyncGenerator<ResultBatch> {
  onStart()
  await new Promise((_, reject) => {
    const abort = () => reject(new Cancelled({ message: "the query was cancelled" }))
    signal.addEventListener("abort", abort, { once: true })
    if (signal.aborted) abort()
  })
  yield textBatch("never")
}
