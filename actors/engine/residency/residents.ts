/**
 * What an engine keeps of the files that it has read: tables, each of some columns of one split. Says what is kept and
 * what goes; touches no table itself.
 */
export interface Resident {
  readonly table: string
  /** By key (file version, split, column, type), what each is called in the table. */
  readonly columns: ReadonlyMap<string, string>
  readonly rows: number
  readonly bytes: number
  /** What decoding and inserting it took, and would take again. */
  readonly costMs: number
}

/**
 * Uses count half after so many queries. Short: what is read now soon outweighs what was read often; and longer than one
 * query, so that a table larger than the budget keeps the part that it has instead of losing each split before its turn.
 */
const HEAT_HALF_LIFE_QUERIES = 2

/** What is kept gives way only to what is worth so many times more: costs are measured, and equals differ a little. */
const MARGIN = 2

/** Columns of splits that are remembered after they went, or that were never kept. */
const GONE_REMEMBERED_MAX = 8192

/** Queries whose tasks may come in turns and still count as one use each. */
const QUERIES_REMEMBERED_MAX = 64

interface Heat {
  /** Uses at the time of the last one, older ones counting less. */
  readonly uses: number
  readonly query: number
}

interface Entry {
  readonly resident: Resident
  heat: Heat
  /** Read by the task that runs. */
  isPinned: boolean
  /** Was kept when a task ended. */
  isKept: boolean
}

export class Residents {
  readonly budgetBytes: number
  /** By table. */
  readonly #entries = new Map<string, Entry>()
  /** By a column's key, the table that has it. */
  readonly #tables = new Map<string, string>()
  /** By a column's key, the heat of what is not kept, the oldest first. */
  readonly #gone = new Map<string, Heat>()
  readonly #queries = new Map<string, number>()
  #query = 0
  #now = 0
  #bytes = 0

  constructor(budgetBytes: number) {
    this.budgetBytes = budgetBytes
  }

  bytes(): number {
    return this.#bytes
  }

  count(): number {
    return this.#entries.size
  }

  /** A task of this query begins. Time passes by queries: what nobody reads does not grow old. */
  begin(query: string): void {
    const known = this.#queries.get(query)
    if (known === undefined) {
      this.#now += 1
      this.#queries.set(query, this.#now)
      const [oldest] = this.#queries.keys()
      if (this.#queries.size > QUERIES_REMEMBERED_MAX && oldest !== undefined) this.#queries.delete(oldest)
    }
    this.#query = known ?? this.#now
  }

  /** The table that has the column, if one is kept; it stays until the task ends. */
  take(column: string): Resident | undefined {
    const entry = this.#entries.get(this.#tables.get(column) ?? "")
    if (entry === undefined) return undefined
    entry.isPinned = true
    entry.heat = this.#used(entry.heat)
    return entry.resident
  }

  /** Whether the column is kept, or was read before. */
  isKnown(column: string): boolean {
    return this.#tables.has(column) || this.#gone.has(column)
  }

  /** The column is read, but not kept. */
  pass(column: string): void {
    this.#remember(column, this.#used(this.#gone.get(column)))
  }

  /** It stays until the task ends, and then if it is worth it. */
  add(resident: Resident): void {
    const heats = [...resident.columns.keys()].flatMap((column) => this.#gone.get(column) ?? [])
    const [hottest] = heats.toSorted((a, b) => this.#cooled(b) - this.#cooled(a))
    for (const column of resident.columns.keys()) this.#gone.delete(column)
    this.#enter({ resident, heat: this.#used(hottest), isPinned: true, isKept: false })
  }

  /** Its columns stood in these tables, which are no more. */
  merge(merged: Resident, parts: readonly Resident[]): void {
    const old = parts.flatMap(({ table }) => this.#entries.get(table) ?? [])
    for (const { resident } of old) this.#leave(resident)
    const [hottest] = old.map(({ heat }) => heat).toSorted((a, b) => this.#cooled(b) - this.#cooled(a))
    this.#enter({
      resident: merged,
      heat: this.#used(hottest),
      isPinned: true,
      isKept: old.some(({ isKept }) => isKept),
    })
  }

  /** The task is over. What is worth least goes until the rest is within the budget; gives what went. */
  release(): readonly Resident[] {
    const gone: Resident[] = []
    if (this.#bytes > this.budgetBytes) {
      const byWorth = [...this.#entries.values()].toSorted((a, b) => this.#worth(a) - this.#worth(b))
      for (const entry of byWorth) {
        if (this.#bytes <= this.budgetBytes) break
        gone.push(this.#forget(entry))
      }
    }
    for (const entry of this.#entries.values()) {
      entry.isPinned = false
      entry.isKept = true
    }
    return gone
  }

  /** Memory is short: all goes that the task that runs does not read. */
  shed(): readonly Resident[] {
    return [...this.#entries.values()].filter(({ isPinned }) => !isPinned).map((entry) => this.#forget(entry))
  }

  #enter(entry: Entry): void {
    const { table, columns, bytes } = entry.resident
    this.#entries.set(table, entry)
    for (const column of columns.keys()) this.#tables.set(column, table)
    this.#bytes += bytes
  }

  #leave({ table, columns, bytes }: Resident): void {
    this.#entries.delete(table)
    for (const column of columns.keys()) this.#tables.delete(column)
    this.#bytes -= bytes
  }

  #forget({ resident, heat }: Entry): Resident {
    this.#leave(resident)
    for (const column of resident.columns.keys()) this.#remember(column, heat)
    return resident
  }

  #remember(column: string, heat: Heat): void {
    this.#gone.delete(column)
    this.#gone.set(column, heat)
    const [oldest] = this.#gone.keys()
    if (this.#gone.size > GONE_REMEMBERED_MAX && oldest !== undefined) this.#gone.delete(oldest)
  }

  /** The milliseconds that keeping it saves, by the byte. */
  #worth({ resident, heat, isKept }: Entry): number {
    return ((isKept ? MARGIN : 1) * this.#cooled(heat) * resident.costMs) / Math.max(1, resident.bytes)
  }

  /** However often a query reads it, that is one use. */
  #used(heat: Heat | undefined): Heat {
    if (heat === undefined) return { uses: 1, query: this.#query }
    if (heat.query >= this.#query) return heat
    return { uses: this.#cooled(heat, this.#query) + 1, query: this.#query }
  }

  #cooled({ uses, query }: Heat, now = this.#now): number {
    return uses * 2 ** ((query - now) / HEAT_HALF_LIFE_QUERIES)
  }
}
