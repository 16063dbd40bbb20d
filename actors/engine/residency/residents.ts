/**
 * What an engine keeps of the files that it has read: one column of one split each, in a table of its own. Says what is
 * kept and what goes; touches no table itself.
 */
export interface Resident {
  /** File version, split, column, type. */
  readonly key: string
  readonly table: string
  readonly rows: number
  /** How the table holds the values: as they are. */
  readonly form: "plain"
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
  readonly #entries = new Map<string, Entry>()
  /** Heat of what is not kept, the oldest first. */
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

  /** What is kept by this key, if it is; it stays until the task ends. */
  take(key: string): Resident | undefined {
    const entry = this.#entries.get(key)
    if (entry === undefined) return undefined
    entry.isPinned = true
    entry.heat = this.#used(entry.heat)
    return entry.resident
  }

  /** Whether it is kept, or was read before. */
  isKnown(key: string): boolean {
    return this.#entries.has(key) || this.#gone.has(key)
  }

  /** It is read, but not kept. */
  pass(key: string): void {
    this.#remember(key, this.#used(this.#gone.get(key)))
  }

  /** It stays until the task ends, and then if it is worth it. */
  add(resident: Resident): void {
    const heat = this.#used(this.#gone.get(resident.key))
    this.#gone.delete(resident.key)
    this.#entries.set(resident.key, { resident, heat, isPinned: true, isKept: false })
    this.#bytes += resident.bytes
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

  #forget({ resident, heat }: Entry): Resident {
    this.#entries.delete(resident.key)
    this.#bytes -= resident.bytes
    this.#remember(resident.key, heat)
    return resident
  }

  #remember(key: string, heat: Heat): void {
    this.#gone.delete(key)
    this.#gone.set(key, heat)
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
