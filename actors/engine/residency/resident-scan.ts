import { ExchangeError } from "../../errors.ts"
import type { SplitBytes } from "../../sources/source.ts"
import type { SplitReader } from "../split-reader.ts"
import type { EngineInput, EngineSplit } from "../messages.ts"
import { scanSelect, splitColumns } from "./scan-view.ts"
import type { ResidentTables } from "./resident-tables.ts"

/** Resident tables that one statement may read: each takes DuckDB 50 µs to bind, or more when there are more. */
const TABLES_READ_MAX = 4096

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
    return splits.length * Math.max(1, columns.length) <= TABLES_READ_MAX
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
    return this.splits.flatMap((split) =>
      [...columnTypes(this.input, split)].map(([name, type]) => columnKey(split, name, type)),
    )
  }

  /** Takes the columns of a split that were missing, one after the other. */
  async ingest(index: number, bytes: SplitBytes, reader: SplitReader): Promise<void> {
    const split = this.splits[index]
    if (split === undefined || split.rows !== bytes.rows) throw noSplit(this.input, index, bytes)
    for (const [name, type] of columnTypes(this.input, split)) {
      const key = columnKey(split, name, type)
      if (this.#tables.holds(key)) continue
      const column = this.#tables.create(key, type, split.rows)
      const before = reader.workedMs()
      await reader.read(bytes, [{ name, type }], (stream, rows) => column.append(stream, rows))
      reader.insert(() => column.flush())
      column.took(reader.workedMs() - before)
    }
  }

  select(): string {
    const types = this.splits.map((split) => columnTypes(this.input, split))
    return scanSelect(this.input, this.splits, (index, name) => {
      const [split, type] = [this.splits[index], types[index]?.get(name)]
      if (split === undefined || type === undefined) throw new Error(`split ${index} has no column ${name}`)
      return this.#tables.table(columnKey(split, name, type))
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
