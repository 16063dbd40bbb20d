import type { BatchBytes } from "../engine/messages.ts"
import { ExchangeError } from "../errors.ts"
import type { AttemptKey, EndMarker } from "./keys.ts"
import { attemptText } from "./keys.ts"
import type { MemoryAccount } from "./memory-account.ts"
import type { SpoolFile, SpoolReader } from "./spool-file.ts"

/** A batch that the store keeps: in memory while `bytes` is there, else in the attempt's file at `offset`. */
export interface StoredBatch {
  readonly sequence: number
  readonly rows: number
  readonly checksum: number
  readonly byteLength: number
  bytes: Uint8Array | undefined
  offset: number
}

export interface AttemptSurroundings {
  readonly account: MemoryAccount
  readonly newFile: (key: AttemptKey) => SpoolFile
  /** The folder on whose disk these files are. */
  readonly spoolParent: string
  /** Bytes went to (or left) the disk. */
  readonly onSpooled: (bytes: number) => void
  /** The disk refused a batch: the query cannot be answered any more. */
  readonly onDiskError: (error: ExchangeError) => void
}

/** Everything that one attempt of a task has written, partition by partition, in the order in which it came. */
export class AttemptOutput {
  readonly key: AttemptKey
  markers: readonly EndMarker[] | undefined
  dropped = false
  private readonly around: AttemptSurroundings
  private readonly partitions = new Map<number, StoredBatch[]>()
  private readonly writing = new Set<StoredBatch>()
  private file: SpoolFile | undefined
  private spooledBytes = 0

  constructor(key: AttemptKey, around: AttemptSurroundings) {
    this.key = key
    this.around = around
  }

  batches(partition: number): readonly StoredBatch[] {
    return this.partitions.get(partition) ?? []
  }

  /** One more than the highest partition that was written to or announced. */
  partitionCount(): number {
    return Math.max(this.markers?.length ?? 0, ...[...this.partitions.keys()].map((partition) => partition + 1))
  }

  /** Keeps the batch; settles when the node's memory is within its budget again. */
  append(partition: number, sequence: number, batch: BatchBytes): Promise<void> {
    const { account } = this.around
    const byteLength = batch.bytes.byteLength
    const stored: StoredBatch = {
      sequence,
      rows: batch.rows,
      checksum: batch.checksum,
      byteLength,
      bytes: batch.bytes,
      offset: -1,
    }
    const list = this.partitions.get(partition)
    if (list === undefined) this.partitions.set(partition, [stored])
    else list.push(stored)
    const stays = account.mayStay(byteLength)
    account.take(byteLength)
    if (!stays) this.spool(stored, batch.bytes)
    return account.withinBudget()
  }

  /** Settles when everything is where it stays; the disk's refusals have gone to `onDiskError` by then. */
  async flush(): Promise<void> {
    await this.file?.endWriting().catch(() => undefined)
  }

  openReader(): Promise<SpoolReader> {
    if (this.file === undefined) return Promise.reject(new Error("nothing of it was spooled"))
    return this.file.openReader()
  }

  /** Forgets all of it: memory at once, except for what is just being written; then the file. */
  async drop(): Promise<void> {
    if (this.dropped) return
    this.dropped = true
    for (const stored of [...this.partitions.values()].flat()) {
      if (!this.writing.has(stored)) this.forget(stored)
    }
    this.partitions.clear()
    try {
      await this.file?.remove()
    } catch (error) {
      // Of a query that goes on this ends it; of one that is over, closing the folder deletes the rest.
      this.around.onDiskError(this.diskError("its spooled batches could not be deleted", error))
    }
    this.around.onSpooled(-this.spooledBytes)
    this.spooledBytes = 0
  }

  private spool(stored: StoredBatch, bytes: Uint8Array): void {
    this.file ??= this.around.newFile(this.key)
    this.writing.add(stored)
    this.file.append(bytes).then(
      (offset) => {
        stored.offset = offset
        this.spooledBytes += stored.byteLength
        this.around.onSpooled(stored.byteLength)
        this.writing.delete(stored)
        this.forget(stored)
      },
      (error: unknown) => {
        this.writing.delete(stored)
        this.around.onDiskError(this.diskError(`a batch of ${stored.byteLength} bytes could not be spooled`, error))
        this.forget(stored)
      },
    )
  }

  diskError(what: string, cause: unknown): ExchangeError {
    const reason = cause instanceof Error ? cause.message : String(cause)
    return new ExchangeError({
      message: `${attemptText(this.key)}: ${what} (${reason}); look after the disk of ${this.around.spoolParent} (TMPDIR names another folder) and run the query again.`,
      stage: this.key.stage,
      task: this.key.task,
    })
  }

  private forget(stored: StoredBatch): void {
    if (stored.bytes === undefined) return
    stored.bytes = undefined
    this.around.account.give(stored.byteLength)
  }
}
