import type { BatchBytes } from "../engine/messages.ts"
import { Cancelled, ExchangeError } from "../errors.ts"
import type { AttemptKey, BatchKey, EndMarker } from "./keys.ts"
import { memoryAccount } from "./memory-account.ts"
import type { QueryTotals, WriteResult } from "./query-outputs.ts"
import { QueryOutputs } from "./query-outputs.ts"
import type { ExchangeReader, ReadRequest } from "./reader.ts"
import { exchangeReader } from "./reader.ts"
import type { SpoolFile } from "./spool-file.ts"
import type { SpoolFolder } from "./spool-folder.ts"
import { spoolFolder, sweepSpoolFolders } from "./spool-folder.ts"
import type { WindowCounts } from "./window-queue.ts"

/** A task of a stage, whichever attempt runs it. */
export interface TaskKey {
  readonly query: string
  readonly stage: number
  readonly task: number
}

export interface ExchangeStore {
  /** A query's outputs are kept from here to `release`. */
  readonly begin: (query: string) => void
  /**
   * Keeps a batch. Settles when the node's memory is within its budget: a producer that awaits it before its next batch
   * keeps the bound. Rejects with the query's failure.
   */
  readonly append: (key: BatchKey, batch: BatchBytes) => Promise<WriteResult>
  /** The attempt's end; one marker a partition, also for empty ones. Settles when everything is where it stays. */
  readonly finish: (key: AttemptKey, markers: readonly EndMarker[]) => Promise<WriteResult>
  /** Makes a finished attempt the one that readers get. Others of the same task are discarded. */
  readonly commit: (key: AttemptKey) => WriteResult
  /** Forgets an attempt that is not committed; what it still sends is refused. */
  readonly discard: (key: AttemptKey) => void
  /** Forgets all attempts of a task, the committed one too, so that another may take its place. Its readers are told. */
  readonly retract: (key: TaskKey) => void
  /** A task will never be complete: readers that come to it are told why. */
  readonly failTask: (key: TaskKey, error: Error) => void
  /** Every reader and writer of the query is told at once. */
  readonly fail: (query: string, error: Error) => void
  /** Starts reading. Throws ExchangeError when the query is not there. */
  readonly open: (request: ReadRequest) => ExchangeReader
  /** The committed attempt's end markers, one a partition; undefined while there is none. */
  readonly markers: (key: TaskKey) => readonly EndMarker[] | undefined
  /** Which attempt is committed. */
  readonly committedAttempt: (key: TaskKey) => number | undefined
  /** Frees the query's memory, ends its readers, deletes its files. Settles when nothing is left. */
  readonly release: (query: string) => Promise<void>
  readonly counts: () => StoreCounts
  readonly queryTotals: (query: string) => Readonly<QueryTotals> | undefined
  /** Releases every query and removes the spool folder. */
  readonly close: () => Promise<void>
}

export interface StoreCounts {
  readonly queries: number
  readonly openReaders: number
  /** Bytes of batches in memory, those on their way to a file included. */
  readonly memoryBytes: number
  readonly memoryBytesPeak: number
  /** Bytes that readers fetched ahead; for batches in memory these are the same bytes, for spooled ones their copies. */
  readonly windowBytes: number
  readonly windowBytesPeak: number
  readonly spooledBytes: number
  readonly spooledFiles: number
}

export interface StoreOptions {
  /** Bytes of batches that stay in memory. */
  readonly memoryBytes: number
  /** Where the spool folder is made; the system's temporary folder when not given. */
  readonly spoolParent?: string
}

/** Removes what dead processes left behind, then gives an empty store. */
export async function openExchangeStore(options: StoreOptions): Promise<ExchangeStore> {
  await sweepSpoolFolders(options.spoolParent)
  return exchangeStore(options.memoryBytes, spoolFolder(options.spoolParent))
}

/** The store over a given folder; `openExchangeStore` is what a node calls. */
export function exchangeStore(memoryBytes: number, folder: SpoolFolder): ExchangeStore {
  const queries = new Map<string, QueryOutputs>()
  const account = memoryAccount(memoryBytes)
  const windows: WindowCounts = { held: 0, peak: 0 }
  const spool = spoolCounts(folder)
  let closed = false

  const release = async (id: string) => {
    const query = queries.get(id)
    if (query === undefined) return
    queries.delete(id)
    query.fail(new Cancelled({ message: `Query ${id} is over.` }))
    await Promise.all([...query.readers].map((reader) => reader.close()))
    await query.drop()
  }
  return {
    begin: (id) => {
      if (closed) throw new ExchangeError({ message: `Query ${id} cannot begin: the exchange store is closed.` })
      if (queries.has(id)) throw new ExchangeError({ message: `Query ${id} has begun already; give each its own id.` })
      const query: QueryOutputs = new QueryOutputs(id, {
        account,
        newFile: spool.newFile,
        spoolParent: folder.parent,
        onSpooled: (bytes) => {
          spool.add(bytes)
          if (bytes > 0) query.totals.spooledBytes += bytes
        },
        onDiskError: (error) => query.fail(error),
      })
      queries.set(id, query)
    },
    append: async (key, batch) => (await queries.get(key.query)?.append(key, batch)) ?? "refused",
    finish: async (key, markers) => (await queries.get(key.query)?.finish(key, markers)) ?? "refused",
    commit: (key) => queries.get(key.query)?.commit(key) ?? "refused",
    discard: (key) => queries.get(key.query)?.discard(key),
    retract: (key) => queries.get(key.query)?.retract(key.stage, key.task),
    failTask: (key, error) => queries.get(key.query)?.failTask(key.stage, key.task, error),
    fail: (id, error) => queries.get(id)?.fail(error),
    open: (request) => {
      const query = queries.get(request.query)
      if (query !== undefined) return exchangeReader(request, query, windows)
      throw new ExchangeError({ message: `Query ${request.query} has no outputs here: it has not begun or is over.` })
    },
    markers: (key) => queries.get(key.query)?.knownTask(key.stage, key.task)?.committed?.markers,
    committedAttempt: (key) => queries.get(key.query)?.knownTask(key.stage, key.task)?.committed?.key.attempt,
    release,
    counts: () => ({
      queries: queries.size,
      openReaders: [...queries.values()].reduce((sum, query) => sum + query.readers.size, 0),
      memoryBytes: account.held(),
      memoryBytesPeak: account.peak(),
      windowBytes: windows.held,
      windowBytesPeak: windows.peak,
      spooledBytes: spool.bytes(),
      spooledFiles: spool.files(),
    }),
    queryTotals: (id) => queries.get(id)?.totals,
    close: async () => {
      closed = true
      await Promise.all([...queries.keys()].map(release))
      await folder.close()
    },
  }
}

/** Numbers the folder's files, and counts those that are there. */
function spoolCounts(folder: SpoolFolder) {
  let made = 0
  let files = 0
  let bytes = 0
  return {
    newFile: (key: AttemptKey): SpoolFile => {
      made += 1
      files += 1
      const file = folder.file(`${made}-stage${key.stage}-task${key.task}-attempt${key.attempt}`)
      return {
        ...file,
        remove: async () => {
          await file.remove()
          files -= 1
        },
      }
    },
    add: (more: number) => {
      bytes += more
    },
    files: () => files,
    bytes: () => bytes,
  }
}
