import { crc32 } from "node:zlib"
import * as arrow from "apache-arrow"
import { ExchangeError } from "../errors.ts"
import type { DecodedBatch, SplitBytes } from "../sources/source.ts"
import type { EngineInputRequest } from "./core.ts"
import { decoderFor } from "./decoders.ts"
import type { DuckDB } from "./duckdb.ts"
import { hasEndOfStream } from "./flat-message.ts"
import type { BatchBytes, EngineInput } from "./messages.ts"
import { fillFrom, stagedInput, stagedName } from "./staged.ts"
import { StreamJoiner } from "./stream-joiner.ts"
import type { TaskClock } from "./task-clock.ts"

/** A table without columns (`count(*)` reads none) keeps its row count in one column. */
const ROWS_COLUMN = "rows"

/** A task's input tables: created typed, filled by position, counted before the statement runs (laws 2 and 3). */
export class TaskInputs {
  readonly #inputs: readonly EngineInput[]
  readonly #db: DuckDB
  readonly #clock: TaskClock
  readonly #waiting = new Map<string, StreamJoiner>()
  #rows = 0

  constructor(inputs: readonly EngineInput[], db: DuckDB, clock: TaskClock) {
    this.#inputs = inputs
    this.#db = db
    this.#clock = clock
  }

  rows(): number {
    return this.#rows
  }

  create(): void {
    this.#clock.work("other", () => {
      for (const input of this.#inputs) this.#db.statements.run(createTable(input))
    })
  }

  drop(): void {
    for (const { table } of this.#inputs) {
      for (const name of [table, stagedName(table)]) this.#db.statements.run(`DROP TABLE IF EXISTS ${quoted(name)}`)
    }
  }

  /** Returns how many rows came. */
  async ingest(request: EngineInputRequest): Promise<number> {
    const input = this.#inputs.find(({ table }) => table === request.table)
    if (input === undefined) throw new ExchangeError({ message: `the task has no input table ${request.table}` })
    const rows = request._tag === "InputBatch" ? this.#batch(input, request.batch) : await this.#split(input, request)
    this.#rows += rows
    return rows
  }

  /** Inserts what still waits, and compares every table with what `arrived`: DuckDB drops a stream without a word. */
  settle(arrived: Readonly<Record<string, number>>): void {
    for (const { table } of this.#inputs) {
      this.#clock.work("ingest", () => this.#flush(table))
      this.#clock.work("other", () => this.#checkRows(table, arrived[table] ?? 0))
    }
  }

  #batch(input: EngineInput, batch: BatchBytes): number {
    this.#clock.work("other", () => checkSum(input.table, batch))
    this.#clock.work("ingest", () => this.#append(input, batch.bytes, batch.rows))
    return batch.rows
  }

  async #split(input: EngineInput, request: Extract<EngineInputRequest, { _tag: "InputSplit" }>): Promise<number> {
    const { split } = request
    if (input.columns.length === 0) {
      this.#clock.work("ingest", () => this.#appendRowCount(input, split.rows))
      return split.rows
    }
    const { made } = split
    if (made === undefined) return this.#decoded(input, split, input.columns)
    const staged = stagedInput(input, made)
    this.#clock.work("ingest", () => {
      this.#flush(input.table)
      this.#db.statements.run(createTable(staged))
    })
    if (staged.columns.length === 0) this.#clock.work("ingest", () => this.#appendRowCount(staged, split.rows))
    else await this.#decoded(staged, split, staged.columns)
    this.#clock.work("ingest", () => {
      this.#flush(staged.table)
      this.#checkRows(staged.table, split.rows)
      this.#db.statements.run(fillFrom(staged, input, made))
      this.#db.statements.run(`DROP TABLE ${quoted(staged.table)}`)
    })
    return split.rows
  }

  async #decoded(input: EngineInput, split: SplitBytes, wanted: EngineInput["columns"]): Promise<number> {
    const decoder = await decoderFor(split.kind)
    const columns = wanted.map(({ sourceName, type }) => ({ name: sourceName, type }))
    const batches = decoder.decode(split, columns)[Symbol.iterator]()
    let rows = 0
    this.#clock.startSlice()
    try {
      for (let next = this.#decode(batches); next !== undefined; next = this.#decode(batches)) {
        const { ipc, rows: count } = next
        this.#clock.work("ingest", () => this.#append(input, ipc, count))
        rows += count
        await this.#clock.pauseWhenDue()
      }
    } finally {
      // A decoder that is left in the middle frees what it holds.
      batches.return?.()
    }
    if (rows === split.rows) return rows
    throw new ExchangeError({
      message: `${split.file} holds ${split.rows} rows in this split, but ${rows} were decoded`,
    })
  }

  #decode(batches: Iterator<DecodedBatch>): DecodedBatch | undefined {
    return this.#clock.work("decode", () => {
      const next = batches.next()
      return next.done === true ? undefined : next.value
    })
  }

  #append(input: EngineInput, stream: Uint8Array, rows: number): void {
    const { table } = input
    if (input.columns.length === 0) return this.#appendRowCount(input, rows)
    if (!hasEndOfStream(stream)) {
      throw new ExchangeError({ message: `a batch for ${table} has no end marker: it was cut off` })
    }
    const joiner = this.#waiting.get(table) ?? new StreamJoiner()
    this.#waiting.set(table, joiner)
    if (!joiner.fits(stream)) this.#flush(table)
    joiner.add(stream, rows)
    if (joiner.isFull()) this.#flush(table)
  }

  #flush(table: string): void {
    const stream = this.#waiting.get(table)?.take()
    if (stream === undefined) return
    // A fresh connection for every stream: what one leaves behind swallows the next.
    const connection = this.#db.connect()
    try {
      connection.insert(table, stream)
    } finally {
      connection.close()
    }
  }

  #appendRowCount(input: EngineInput, rows: number): void {
    this.#db.statements.run(`INSERT INTO ${quoted(input.table)} SELECT true FROM range(${rows})`)
  }

  #checkRows(table: string, arrived: number): void {
    const result = arrow.tableFromIPC(this.#db.statements.run(`SELECT count(*)::VARCHAR FROM ${quoted(table)}`))
    const stored = Number(result.getChildAt(0)?.get(0))
    if (stored !== arrived) {
      throw new ExchangeError({ message: `${table} holds ${stored} rows, but ${arrived} were sent to it` })
    }
  }
}

function checkSum(table: string, batch: BatchBytes): void {
  const found = crc32(batch.bytes)
  if (found === batch.checksum) return
  throw new ExchangeError({
    message: `a batch for ${table} is damaged: its checksum is ${hex(found)}, not ${hex(batch.checksum)}`,
  })
}

function createTable(input: EngineInput): string {
  const columns = input.columns.map(({ name, type }) => `${quoted(name)} ${type}`)
  const all = columns.length > 0 ? columns.join(", ") : `${quoted(ROWS_COLUMN)} BOOLEAN`
  return `CREATE TABLE ${quoted(input.table)} (${all})`
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}

function hex(checksum: number): string {
  return checksum.toString(16).padStart(8, "0")
}
