import { crc32 } from "node:zlib"
import * as arrow from "apache-arrow"
import { ExchangeError } from "../errors.ts"
import type { LeftOut, SplitBytes, SplitFilter } from "../sources/source.ts"
import type { EngineInputRequest } from "./core.ts"
import type { DuckDB } from "./duckdb.ts"
import { hasEndOfStream } from "./flat-message.ts"
import type { BatchBytes, EngineInput, EngineSplit } from "./messages.ts"
import { isOutOfMemory } from "./refusal.ts"
import { insertStream } from "./insert-stream.ts"
import { ResidentScan } from "./residency/resident-scan.ts"
import type { ResidentTables } from "./residency/resident-tables.ts"
import { splitFilter } from "./split-filter.ts"
import { SplitReader } from "./split-reader.ts"
import { fillFrom, stagedInput, stagedName } from "./staged.ts"
import { StreamJoiner } from "./stream-joiner.ts"
import type { TaskClock } from "./task-clock.ts"

/** A first read keeps what it reads where more than this share of the first split's rows matters to it. */
const FILTERED_SHARE_MAX = 0.4

/** A table without columns (`count(*)` reads none) keeps its row count in one column. */
const ROWS_COLUMN = "rows"

/**
 * A task's input tables: created typed, filled by position, counted before the statement runs (laws 2 and 3). A scan whose
 * splits were told is a view of resident columns.
 */
export class TaskInputs {
  readonly #inputs: readonly EngineInput[]
  readonly #db: DuckDB
  readonly #clock: TaskClock
  readonly #residents: ResidentTables
  readonly #reader: SplitReader
  readonly #scans = new Map<string, ResidentScan>()
  /** Scans that read only the rows that matter, and what each would be if it kept its columns. */
  readonly #filtered = new Map<string, ResidentScan | undefined>()
  readonly #splits = new Map<string, readonly EngineSplit[]>()
  readonly #waiting = new Map<string, StreamJoiner>()
  #rows = 0
  #bytesExchanged = 0

  constructor(inputs: readonly EngineInput[], db: DuckDB, residents: ResidentTables, clock: TaskClock) {
    this.#inputs = inputs
    this.#db = db
    this.#residents = residents
    this.#clock = clock
    this.#reader = new SplitReader(clock)
  }

  rows(): number {
    return this.#rows
  }

  bytesIngested(): number {
    return this.#reader.bytes() + this.#bytesExchanged
  }

  bytesDecoded(): number {
    return this.#reader.bytes()
  }

  rowsLeftOut(): LeftOut {
    return this.#reader.leftOut()
  }

  create(): void {
    this.#clock.work("other", () => {
      for (const input of this.#inputs) if (!input.isScan) this.#db.statements.run(createTable(input))
    })
  }

  drop(): void {
    for (const { table } of this.#inputs) {
      if (this.#scans.has(table)) this.#db.statements.run(`DROP VIEW IF EXISTS ${quoted(table)}`)
      else
        for (const name of [table, stagedName(table)]) this.#db.statements.run(`DROP TABLE IF EXISTS ${quoted(name)}`)
    }
  }

  /**
   * Takes note of what a scan reads. Gives, by split, the columns that have to be sent. A scan with predicates that reads
   * something for the first time reads only the rows that matter, and keeps nothing: it may be the only one.
   */
  look(table: string, splits: readonly EngineSplit[]): readonly (readonly string[])[] {
    const input = this.#input(table)
    this.#splits.set(table, splits)
    // Rows without columns are read from nowhere.
    const isView = input.columns.length === 0 || (this.#residents.isOn() && input.isOrdered !== true)
    const scan =
      isView && ResidentScan.suits(input, splits) ? new ResidentScan(input, splits, this.#residents) : undefined
    const isFiltered = (input.pruning ?? []).length > 0 && (scan === undefined || scan.isFirst())
    const missing = this.#clock.work("other", () => scan?.missing())
    if (isFiltered) this.#filtered.set(table, scan)
    else if (scan !== undefined) this.#scans.set(table, scan)
    if (!isFiltered && missing !== undefined) return missing
    this.#clock.work("other", () => this.#db.statements.run(createTable(input)))
    return splits.map(() => [...new Set(input.columns.map(({ sourceName }) => sourceName))])
  }

  /** Returns how many rows came. */
  async ingest(request: EngineInputRequest): Promise<number> {
    const input = this.#input(request.table)
    if (request._tag === "InputBatch") {
      const rows = this.#batch(input, request.batch)
      this.#bytesExchanged += request.batch.bytes.byteLength
      this.#rows += rows
      return rows
    }
    const { index, split } = request
    const scan = this.#scans.get(request.table)
    // The rows of a resident scan count when it is complete: a part of them may be there already.
    if (scan !== undefined) {
      await scan.ingest(index, split, this.#reader)
      return split.rows
    }
    const rows = await this.#split(input, request)
    const kept = this.#filtered.get(request.table)
    if (kept === undefined) {
      this.#rows += rows
      return rows
    }
    this.#filtered.set(request.table, undefined)
    if (rows <= split.rows * FILTERED_SHARE_MAX) {
      kept.pass()
      this.#rows += rows
      return rows
    }
    await this.#keep(kept, index, split)
    return split.rows
  }

  /** Most of the first split matters: it and those that follow are read whole, and kept. */
  async #keep(scan: ResidentScan, index: number, split: SplitBytes): Promise<void> {
    const { table } = scan.input
    this.#waiting.delete(table)
    this.#clock.work("other", () => this.#db.statements.run(`DROP TABLE ${quoted(table)}`))
    this.#scans.set(table, scan)
    await scan.ingest(index, split, this.#reader)
  }

  /** Inserts what still waits, and compares every table with what `arrived`: DuckDB drops a stream without a word. */
  settle(arrived: Readonly<Record<string, number>>): void {
    this.#clock.work("other", () => this.#residents.settle())
    for (const { table } of this.#inputs) {
      const scan = this.#scans.get(table)
      if (scan === undefined) {
        this.#clock.work("ingest", () => this.#flush(table))
        this.#clock.work("other", () => this.#checkRows(table, arrived[table] ?? 0))
      } else {
        this.#rows += scan.rows()
        this.#clock.work("ingest", () => scan.join())
        this.#clock.work("other", () => this.#db.statements.run(createView(table, scan.select())))
      }
    }
  }

  #input(table: string): EngineInput {
    const input = this.#inputs.find((each) => each.table === table)
    if (input === undefined) throw new ExchangeError({ message: `the task has no input table ${table}` })
    return input
  }

  #batch(input: EngineInput, batch: BatchBytes): number {
    this.#clock.work("other", () => checkSum(input.table, batch))
    this.#clock.work("ingest", () => this.#append(input, batch.bytes, batch.rows, false))
    return batch.rows
  }

  async #split(input: EngineInput, request: Extract<EngineInputRequest, { _tag: "InputSplit" }>): Promise<number> {
    const { split, index } = request
    const { made } = split
    const survivors = this.#splits.get(request.table)?.[index]?.survivors
    const filter = splitFilter(input, made, survivors)
    if (made === undefined) return this.#decoded(input, split, input.columns, filter)
    const staged = stagedInput(input, made)
    this.#clock.work("ingest", () => {
      this.#flush(input.table)
      this.#db.statements.run(createTable(staged))
    })
    let { rows } = split
    if (staged.columns.length === 0) this.#clock.work("ingest", () => this.#appendRowCount(staged, split.rows))
    else rows = await this.#decoded(staged, split, staged.columns, filter)
    this.#clock.work("ingest", () => {
      this.#flush(staged.table)
      this.#checkRows(staged.table, rows)
      this.#db.statements.run(fillFrom(staged, input, made))
      this.#db.statements.run(`DROP TABLE ${quoted(staged.table)}`)
    })
    return rows
  }

  #decoded(
    input: EngineInput,
    split: SplitBytes,
    wanted: EngineInput["columns"],
    filter: SplitFilter | undefined,
  ): Promise<number> {
    const columns = wanted.map(({ sourceName, type }) => ({ name: sourceName, type }))
    return this.#reader.read(split, columns, (stream, rows) => this.#append(input, stream, rows, true), filter)
  }

  /** `lent`: the stream is overwritten by the next one. */
  #append(input: EngineInput, stream: Uint8Array, rows: number, lent: boolean): void {
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
    else if (lent) joiner.keep()
  }

  #flush(table: string): void {
    const stream = this.#waiting.get(table)?.take()
    if (stream === undefined) return
    try {
      insertStream(this.#db, table, stream)
    } catch (thrown) {
      if (!isOutOfMemory(thrown) || !this.#residents.shed()) throw thrown
      insertStream(this.#db, table, stream)
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

function createView(table: string, select: string): string {
  return `CREATE TEMP VIEW ${quoted(table)} AS ${select}`
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
