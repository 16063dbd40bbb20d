import { randomUUID } from "node:crypto"
import { rename } from "node:fs/promises"
import { availableParallelism } from "node:os"
import { join } from "node:path"
import { fileName, partFile, type WritingJob } from "../../writers/messages.ts"
import { type WritingThread, writingThread } from "../../writers/writing-thread.ts"
import type { ResultBatch } from "../../session.ts"

/** Threads that write files for one COPY. Each holds a row group and the encoder, some 50 MB. */
const THREADS_MAX = 8

/** Parts of the result that are written at once. */
export function lanesOf({ layout }: WritingJob): number {
  return layout._tag === "single" ? 1 : Math.min(THREADS_MAX, availableParallelism())
}

export interface WritingCrew {
  /** Settles when the next may come. Rejects with what the writing failed with. */
  readonly batch: (batch: ResultBatch) => Promise<void>
  /** Settles when every file is complete, on the disk, and called as it shall be. */
  readonly end: () => Promise<void>
  /** Ends the threads, whatever they do. May be called again. */
  readonly stop: () => Promise<void>
}

/** A thread for each lane of the result; it writes one part after the other. */
export function writingCrew(job: WritingJob): WritingCrew {
  const threads: WritingThread[] = []
  const written = new Set<number>()
  const threadOf = (lane: number): WritingThread => (threads[lane] ??= writingThread(job))
  // Loads its code while the query is planned; the others come when they have something to write.
  threadOf(0)
  return {
    batch: async (batch) => {
      const { task, lane } = batch.part ?? { task: 0, lane: 0 }
      written.add(task)
      await threadOf(lane).batch(task, batch)
    },
    end: async () => {
      // No rows are a file with nothing but its columns; of partitions there is none then.
      if (written.size === 0) {
        written.add(0)
        threadOf(0).empty(0)
      }
      await Promise.all(threads.map((thread) => thread.end()))
      if (job.layout._tag === "parts") await namedParts(job, written)
      await Promise.all(threads.map((thread) => thread.stop()))
    },
    stop: async () => {
      await Promise.all(threads.map((thread) => thread.stop()))
    },
  }
}

/** Numbered in the order of the result, without the parts that had no rows. */
async function namedParts({ path, extension, filenamePattern }: WritingJob, parts: ReadonlySet<number>): Promise<void> {
  for (const [i, part] of [...parts].toSorted((a, b) => a - b).entries()) {
    const name = fileName(filenamePattern, i, extension, randomUUID)
    await rename(join(path, partFile(part, extension)), join(path, name))
  }
}
