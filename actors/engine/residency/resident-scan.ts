import { ExchangeError } from "../../errors.ts"
import type { SplitBytes } from "../../sources/source.ts"
import type { SplitReader } from "../split-reader.ts"
import type { EngineInput, EngineSplit } from "../messages.ts"
import { scanSelect, splitColumns } from "./scan-view.ts"
import type { ResidentTables } from "./resident-tables.ts"

/** Resident tables that one statement may read: each takes DuckDB 50 µs to bind, or more when there are more. */
const TABLES_READ_MAX = 4096
/** Columns of all of them. */
const COLUMNS_READ_MAX = 65_536

/** A scan that reads resident columns: those that are held, and those that it adds. */
export class ResidentScan {
  readonly input: EngineInput
  readonly splits: readonly EngineSplit[]
  readonly #tables: ResidentTables

  constructor(input: EngineInput, splits: readonly EngineSplit[], tables: ResidentTables) {
    this.input = input
    this.splits = splits
    this.#tables = tables
  }

  /** Whether so many splits of so many columns can be read in this way. */
  static suits({ columns }: EngineInput, splits: readonly EngineSplit[]): boolean {
    return splits.length <= TABLES_READ_MAX && splits.length * columns.length <= COLUMNS_READ_MAX
  }

  rows(): number {
    return this.splits.reduce((sum, split) => sum + split.rows, 0)
  }

  /** By split, the columns that are not held. */
  missing(): readonly (readonly string[])[] {
    return this.splits.map((split) =>
      [...columnTypes(this.input, split)]
        .filter(([name, type]) => !this.#tables.ask(columnKey(split, name, type)))
        .map(([name]) => name),
    )
  }

  /** Whether every split is read, and none of its columns is held or was read before. */
  isFirst(): boolean {
    const isRead = this.splits.every((split) => columnTypes(this.input, split).size > 0)
    return isRead && this.#keys().every((key) => !this.#tables.isKnown(key))
  }

  /** It is read in another way: the next one is not the first. */
  pass(): void {
    for (const key of this.#keys()) this.#tables.pass(key)
  }

  #keys(): readonly string[] {
    return this.splits.flatMap((split) => this.#keysOf(split))
  }

  #keysOf(split: EngineSplit): readonly string[] {
    return [...columnTypes(this.input, split)].map(([name, type]) => columnKey(split, name, type))
  }

  /** Takes the columns of a split that were missing. */
  async ingest(index: number, bytes: SplitBytes, reader: SplitReader): Promise<void> {
    const split = this.splits[index]
    if (split === undefined || split.rows !== bytes.rows) throw noSplit(this.input, index, bytes)
    const wanted = [...columnTypes(this.input, split)]
      .map(([name, type]) => ({ name, type, key: columnKey(split, name, type) }))
      .filter(({ key }) => !this.#tables.holds(key))
    if (wanted.length === 0) return
    const table = this.#tables.create(wanted, split.rows)
    const before = reader.workedMs()
    await reader.read(bytes, wanted, (stream, rows) => table.append(stream, rows))
    reader.insert(() => table.flush())
    table.took(reader.workedMs() - before)
  }

  /** Each split's columns are in one table, where that is worth making it. */
  join(): void {
    for (const split of this.splits) this.#tables.join(this.#keysOf(split))
  }

  select(): string {
    const types = this.splits.map((split) => columnTypes(this.input, split))
    return scanSelect(this.input, this.splits, (index, name) => {
      const [split, type] = [this.splits[index], types[index]?.get(name)]
      if (split === undefined || type === undefined) throw new Error(`split ${index} has no column ${name}`)
      return this.#tables.place(columnKey(split, name, type))
    })
  }
}

function noSplit({ table }: EngineInput, index: number, { rows }: SplitBytes): ExchangeError {
  return new ExchangeError({ message: `${table} has no split ${index} of ${rows} rows` })
}

/** The columns that are read from the split, each once, with their types in the file. */
function columnTypes(input: EngineInput, split: EngineSplit): ReadonlyMap<string, string> {
  const types = new Map<string, string>()
  for (const { sourceName, read } of splitColumns(input, split)) if (read !== undefined) types.set(sourceName, read)
  return types
}

function columnKey({ key }: EngineSplit, name: string, type: string): string {
  return `${key}\0${name}\0${type}`
}
