import * as arrow from "apache-arrow"
import { ExchangeError } from "../../errors.ts"
import { hasEndOfStream } from "../flat-message.ts"
import type { DuckDB } from "../duckdb.ts"
import { insertStream } from "../insert-stream.ts"
import { isOutOfMemory } from "../refusal.ts"
import { StreamJoiner } from "../stream-joiner.ts"
import { Residents } from "./residents.ts"
import type { Resident } from "./residents.ts"

/** A table that a task fills, and that is not proven complete yet. */
interface Fresh {
  readonly table: string
  /** By key, what each is called in the table. */
  readonly columns: ReadonlyMap<string, string>
  readonly rows: number
  /** Of the Arrow data that was inserted. */
  streamBytes: number
  costMs: number
}

/** A column of a split, and the type that it is kept in. */
export interface KeptColumn {
  readonly key: string
  readonly type: string
}

/** Where a column of a split is read. */
export interface ColumnPlace {
  readonly table: string
  readonly column: string
}

/** Tables of a split are made one for a scan of at least one in so many of their columns: making it copies them all. */
const MERGED_SHARE_MIN = 1 / 4

/** What becomes of the columns that a task asks for. */
export interface ResidencyCounts {
  readonly hits: number
  readonly misses: number
  readonly evicted: number
}

/** The tables behind `Residents`: creates them, fills them, counts them, drops them. */
export class ResidentTables {
  readonly #db: DuckDB
  readonly #residents: Residents
  readonly #fresh = new Map<string, Fresh>()
  #tables = 0
  #columns = 0
  #bytesBefore: number | undefined
  #counts = { hits: 0, misses: 0, evicted: 0 }

  constructor(db: DuckDB, budgetBytes: number) {
    this.#db = db
    this.#residents = new Residents(budgetBytes)
  }

  isOn(): boolean {
    return this.#residents.budgetBytes > 0
  }

  bytes(): number {
    return this.#residents.bytes()
  }

  counts(): ResidencyCounts {
    return this.#counts
  }

  begin(query: string): void {
    this.#residents.begin(query)
    this.#counts = { hits: 0, misses: 0, evicted: 0 }
  }

  /** Whether the column need not be read. The task asks for each of its columns once. */
  ask(key: string): boolean {
    const isHeld = this.holds(key)
    if (isHeld) this.#counts.hits += 1
    else this.#counts.misses += 1
    return isHeld
  }

  /** It is kept, or the task reads it already. */
  holds(key: string): boolean {
    return this.#freshOf(key) !== undefined || this.#residents.take(key) !== undefined
  }

  /** Whether the column is held, or was read before. */
  isKnown(key: string): boolean {
    return this.#freshOf(key) !== undefined || this.#residents.isKnown(key)
  }

  /** The column is read, but not kept. */
  pass(key: string): void {
    this.#residents.pass(key)
  }

  /** Where a column stands that is held. */
  place(key: string): ColumnPlace {
    const resident = this.#residents.take(key)
    const column = resident?.columns.get(key)
    if (resident === undefined || column === undefined) {
      throw new ExchangeError({ message: `a column that the task reads did not come: ${key}` })
    }
    return { table: resident.table, column }
  }

  /** A table for columns of a split. Its rows are counted before a statement reads them (law 3). */
  create(columns: readonly KeptColumn[], rows: number): TableWriter {
    this.#bytesBefore ??= this.#tableBytes()
    const table = this.#newTable()
    const named = columns.map(({ key, type }) => ({ key, type, name: `v${this.#columns++}` }))
    this.#db.statements.run(`CREATE TABLE "${table}" (${named.map(({ name, type }) => `${name} ${type}`).join(", ")})`)
    const names = new Map(named.map(({ key, name }) => [key, name]))
    const fresh: Fresh = { table, columns: names, rows, streamBytes: 0, costMs: 0 }
    this.#fresh.set(table, fresh)
    return new TableWriter(fresh, (stream) => this.#insert(table, stream))
  }

  /** Counts what the task has read, and takes it up. */
  settle(): void {
    const fresh = [...this.#fresh.values()]
    if (fresh.length === 0) return
    const stored = this.#countRows(fresh)
    for (const [index, { columns, rows, table }] of fresh.entries()) {
      if (stored[index] === rows) continue
      const [first] = columns.keys()
      throw new ExchangeError({ message: `${table} (${first}) holds ${stored[index]} rows, but its split has ${rows}` })
    }
    // What a table takes in DuckDB is not what its Arrow data took; together they take what was measured.
    const bytes = Math.max(0, this.#tableBytes() - (this.#bytesBefore ?? 0))
    const streamBytes = fresh.reduce((sum, each) => sum + each.streamBytes, 0)
    for (const { table, columns, rows, costMs, ...own } of fresh) {
      const share = streamBytes === 0 ? 1 / fresh.length : own.streamBytes / streamBytes
      this.#residents.add({ table, columns, rows, bytes: Math.ceil(bytes * share), costMs })
    }
    this.#fresh.clear()
    this.#bytesBefore = undefined
  }

  /**
   * Makes one table of those that hold these columns of a split: a filter does not get below a POSITIONAL JOIN, which
   * reads every row of every column. What cannot be made stays as it is.
   */
  join(keys: readonly string[]): void {
    const parts = [...new Set(keys.flatMap((key) => this.#residents.take(key) ?? []))]
    const [first] = parts
    const columns = new Map(parts.flatMap((part) => [...part.columns]))
    if (first === undefined || parts.length === 1 || keys.length < columns.size * MERGED_SHARE_MIN) return
    const table = this.#newTable()
    const from = parts.map((part) => `"${part.table}"`).join(" POSITIONAL JOIN ")
    try {
      this.#db.statements.run(`CREATE TABLE "${table}" AS FROM ${from}`)
    } catch (thrown) {
      if (isOutOfMemory(thrown)) return
      throw thrown
    }
    const sum = (of: (part: Resident) => number) => parts.reduce((total, part) => total + of(part), 0)
    const [bytes, costMs] = [sum((part) => part.bytes), sum((part) => part.costMs)]
    this.#residents.merge({ table, columns, rows: first.rows, bytes, costMs }, parts)
    for (const part of parts) this.#drop(part.table)
  }

  /** The task is over: half-read columns go, and what the budget has no room for. */
  release(): void {
    for (const { table } of this.#fresh.values()) this.#drop(table)
    this.#fresh.clear()
    this.#bytesBefore = undefined
    this.#evict(this.#residents.release())
  }

  /** Memory is short: all goes that the task does not read. False: there was nothing. */
  shed(): boolean {
    const gone = this.#residents.shed()
    this.#evict(gone)
    return gone.length > 0
  }

  #evict(gone: readonly Resident[]): void {
    for (const { table } of gone) this.#drop(table)
    this.#counts.evicted += gone.reduce((sum, { columns }) => sum + columns.size, 0)
  }

  #freshOf(key: string): Fresh | undefined {
    for (const fresh of this.#fresh.values()) if (fresh.columns.has(key)) return fresh
    return undefined
  }

  #newTable(): string {
    return `resident ${this.#tables++}`
  }

  #drop(table: string): void {
    this.#db.statements.run(`DROP TABLE IF EXISTS "${table}"`)
  }

  #insert(table: string, stream: Uint8Array): void {
    try {
      insertStream(this.#db, table, stream)
    } catch (thrown) {
      if (!isOutOfMemory(thrown) || !this.shed()) throw thrown
      insertStream(this.#db, table, stream)
    }
  }

  #countRows(fresh: readonly Fresh[]): readonly number[] {
    const rows = new Map<string, number>()
    const result = arrow.tableFromIPC(this.#db.statements.run(TABLE_ROWS))
    const [names, counts] = [result.getChildAt(0), result.getChildAt(1)]
    for (let row = 0; row < result.numRows; row++) rows.set(String(names?.get(row)), Number(counts?.get(row)))
    return fresh.map(({ table }) => rows.get(table) ?? 0)
  }

  #tableBytes(): number {
    const result = arrow.tableFromIPC(this.#db.statements.run(TABLE_BYTES))
    return Number(result.getChildAt(0)?.get(0) ?? 0)
  }
}

/**
 * What DuckDB calls an estimate is the number of rows that were appended and committed, exact where none is ever deleted. A
 * `count(*)` of each table takes twenty times as long.
 */
const TABLE_ROWS =
  "SELECT table_name, CAST(estimated_size AS VARCHAR) FROM duckdb_tables() WHERE starts_with(table_name, 'resident ')"

const TABLE_BYTES =
  "SELECT CAST(coalesce(sum(memory_usage_bytes), 0) AS VARCHAR) FROM duckdb_memory() WHERE tag = 'IN_MEMORY_TABLE'"

/** Fills one resident table. */
export class TableWriter {
  readonly #fresh: Fresh
  readonly #insert: (stream: Uint8Array) => void
  readonly #waiting = new StreamJoiner()

  constructor(fresh: Fresh, insert: (stream: Uint8Array) => void) {
    this.#fresh = fresh
    this.#insert = insert
  }

  /** The stream is the writer's no longer than until it returns. */
  append(stream: Uint8Array, rows: number): void {
    if (!hasEndOfStream(stream)) {
      throw new ExchangeError({ message: `a batch of ${this.#fresh.table} has no end marker: it was cut off` })
    }
    if (!this.#waiting.fits(stream)) this.flush()
    this.#waiting.add(stream, rows)
    this.#fresh.streamBytes += stream.byteLength
    if (this.#waiting.isFull()) this.flush()
    else this.#waiting.keep()
  }

  flush(): void {
    const stream = this.#waiting.take()
    if (stream !== undefined) this.#insert(stream)
  }

  took(ms: number): void {
    this.#fresh.costMs += ms
  }
}
