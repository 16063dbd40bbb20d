import { Cancelled, QueryError, SourceError } from "../../actors/errors.ts"
import type { ExchangeStore } from "../../actors/exchange/store.ts"
import type { PruningPredicate } from "../../planner/physical/stage.ts"
import type { RowRange, Source, SourceTable, Split, SplitBytes } from "../../actors/sources/source.ts"
import type { OrderedFile } from "./order.ts"
import { fileInRoot } from "./roots.ts"
import type { DataRoot } from "./roots.ts"

/** Queries that are remembered after their end, so that an order that comes late does not begin them anew. */
const QUERIES_REMEMBERED_MAX = 1024

/** A query of another node's coordinator that this node works for. */
export interface Guest {
  /** Aborts when the query is over. */
  readonly signal: AbortSignal
  /** The query's release waits for it. */
  readonly track: <T>(work: Promise<T>) => Promise<T>
  /** Reads a split of a file that the coordinator named, after checking that it is the same file here. */
  readonly fetch: (
    file: OrderedFile,
    split: Pick<Split, "index" | "rows" | "bytes">,
    columns: readonly string[],
    signal: AbortSignal,
  ) => Promise<SplitBytes>
  /** The rows of the split that the scan may need, as far as its indexes tell. */
  readonly survivors: (
    file: OrderedFile,
    split: Omit<Split, "file">,
    pruning: readonly PruningPredicate[],
    signal: AbortSignal,
  ) => Promise<readonly RowRange[]>
  /** Tells the split's content, which is checked as well, from any other that this node ever had. */
  readonly version: (file: OrderedFile, split: Pick<Split, "index" | "rows" | "bytes">) => Promise<string>
}

export interface Guests {
  /** Begins the query at its first order. Rejects with Cancelled when it is over, QueryError when it is another node's. */
  readonly enter: (query: string, coordinator: string) => Promise<Guest>
  readonly has: (query: string) => boolean
  /** Stops what works for the query, then forgets what it wrote. Settles when nothing is left. */
  readonly release: (query: string, coordinator: string) => Promise<void>
  /**
   * Nobody will ask for what these queries wrote. A coordinator that was only silent may begin them again: it knows that all
   * of it is gone.
   */
  readonly coordinatorGone: (node: string) => Promise<void>
  readonly count: () => number
  /** Settles when there is none. */
  readonly gone: () => Promise<void>
  readonly close: () => Promise<void>
}

export interface GuestsParts {
  readonly node: string
  readonly store: ExchangeStore
  readonly source: Source
  readonly roots: readonly DataRoot[]
}

interface Stay {
  readonly guest: Guest
  readonly coordinator: string
  readonly over: AbortController
  readonly works: Set<Promise<unknown>>
}

export function guestQueries(parts: GuestsParts): Guests {
  const { store, node } = parts
  const stays = new Map<string, Stay>()
  const ended = new Set<string>()
  const releasing = new Map<string, Promise<void>>()
  let waiting: (() => void)[] = []

  const end = async (query: string, stay: Stay) => {
    stay.over.abort(new Cancelled({ message: `query ${query} is over` }))
    await Promise.allSettled(stay.works)
    await store.release(query)
    releasing.delete(query)
    if (stays.size > 0 || releasing.size > 0) return
    const ready = waiting
    waiting = []
    for (const wake of ready) wake()
  }
  const forget = (query: string, stay: Stay): Promise<void> => {
    stays.delete(query)
    const work = end(query, stay)
    releasing.set(query, work)
    return work
  }
  const release = async (query: string, coordinator: string): Promise<void> => {
    const stay = stays.get(query)
    if (stay !== undefined && stay.coordinator !== coordinator) throw notYours(query, stay)
    remember(ended, query)
    return stay === undefined ? releasing.get(query) : forget(query, stay)
  }
  const forgetAll = async (which: (stay: Stay) => boolean) => {
    const found = [...stays].filter(([, stay]) => which(stay))
    await Promise.all(found.map(([query, stay]) => forget(query, stay)))
  }
  return {
    enter: async (query, coordinator) => {
      // What is left of its first stay must not be swept away under the second.
      while (releasing.has(query)) await releasing.get(query)
      const known = stays.get(query)
      if (known?.coordinator === coordinator) return known.guest
      if (known !== undefined) throw notYours(query, known)
      if (ended.has(query)) throw new Cancelled({ message: `query ${query} is over on node ${node}` })
      store.begin(query)
      const stay = newStay(parts, coordinator)
      stays.set(query, stay)
      return stay.guest
    },
    has: (query) => stays.has(query),
    release,
    coordinatorGone: (coordinator) => forgetAll((stay) => stay.coordinator === coordinator),
    count: () => stays.size + releasing.size,
    gone: () =>
      stays.size + releasing.size === 0
        ? Promise.resolve()
        : new Promise((resolve) => {
            waiting.push(resolve)
          }),
    close: () => forgetAll(() => true),
  }
}

function newStay(parts: GuestsParts, coordinator: string): Stay {
  const over = new AbortController()
  const works = new Set<Promise<unknown>>()
  /** A file's metadata is read once a query. */
  const tables = new Map<string, Promise<{ readonly path: string; readonly table: SourceTable }>>()
  const tableOf = (file: OrderedFile) => {
    const key = `${file.root}\0${file.path}`
    let table = tables.get(key)
    if (table === undefined) tables.set(key, (table = openTable(parts, file, over.signal)))
    return table
  }
  const guest: Guest = {
    signal: over.signal,
    track: (work) => {
      works.add(work)
      const forget = () => works.delete(work)
      work.then(forget, forget)
      return work
    },
    fetch: async (file, split, columns, signal) => {
      const { path, table } = await tableOf(file)
      return table.fetch({ ...split, file: path }, columns, signal)
    },
    survivors: async (file, split, pruning, signal) => {
      const { path, table } = await tableOf(file)
      return table.survivors({ ...split, file: path }, pruning, signal)
    },
    version: async (file, split) => {
      const { path, table } = await tableOf(file)
      return table.version({ ...split, file: path })
    },
  }
  return { guest, coordinator, over, works }
}

function notYours(query: string, { coordinator }: Stay): QueryError {
  return new QueryError({ kind: "Cluster", message: `query ${query} is coordinated by node ${coordinator} alone` })
}

async function openTable({ source, roots, node }: GuestsParts, file: OrderedFile, signal: AbortSignal) {
  const path = await fileInRoot(file, roots, node)
  const table = await source.describe([path], signal)
  const { bytes, checksum } = table.identity(path)
  if (bytes === file.bytes && checksum === file.checksum) return { path, table }
  const found = bytes === file.bytes ? "its footer is another" : `it has ${bytes} bytes, not ${file.bytes}`
  throw new SourceError({
    message: `node ${node} cannot read "${path}": it is not the file that the query was planned with: ${found}`,
    path,
    hint: "Give nodes with a data root of the same name the same files, and run the query again.",
  })
}

function remember(ended: Set<string>, query: string): void {
  ended.add(query)
  const [oldest] = ended
  if (ended.size > QUERIES_REMEMBERED_MAX && oldest !== undefined) ended.delete(oldest)
}
