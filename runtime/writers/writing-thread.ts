import * as nodeModule from "node:module"
import { Worker } from "node:worker_threads"
import { threadFile } from "../../actors/installation.ts"
import type { ResultBatch } from "../session.ts"
import type { WritingEvent, WritingJob, WritingRequest } from "./messages.ts"
import { loadParquetModule } from "./parquet-module.ts"

/** Bytes of batches that wait for a thread or are being encoded; one that is larger passes alone. */
const WAITING_BYTES_MAX = 8 * 1024 * 1024

/** A thread that encodes and writes files, seen from the one that gives it the rows. */
export interface WritingThread {
  /** Settles when the next may come. Rejects with what the writing failed with. */
  readonly batch: (part: number, batch: ResultBatch) => Promise<void>
  readonly empty: (part: number) => void
  /** Settles when all is on the disk. */
  readonly end: () => Promise<void>
  /** Ends the thread, whatever it does. */
  readonly stop: () => Promise<void>
}

export function writingThread(job: WritingJob): WritingThread {
  const worker = new Worker(threadFile("runtime/writers/worker", import.meta.url), {
    name: "writer",
    workerData: { codeCache: "getCompileCacheDir" in nodeModule ? nodeModule.getCompileCacheDir() : undefined },
    execArgv: [],
  })
  const listening = Promise.withResolvers<void>()
  const ended = Promise.withResolvers<void>()
  let failure: Error | undefined
  // Whoever gives a batch or waits for the end hears of it.
  ended.promise.catch((error: unknown) => {
    failure = error instanceof Error ? error : new Error(String(error))
  })
  let waitingBytes = 0
  let room = Promise.withResolvers<void>()
  const fail = (message: string, more: object = {}) => ended.reject(Object.assign(new Error(message), more))
  worker.on("message", (event: WritingEvent) => {
    switch (event._tag) {
      case "Listening":
        return listening.resolve()
      case "Taken":
        waitingBytes -= event.bytes
        room.resolve()
        room = Promise.withResolvers()
        return
      case "Ended":
        return ended.resolve()
      case "Failed": {
        const { message, code, syscall } = event
        return fail(message, { ...(code === undefined ? {} : { code }), ...(syscall === undefined ? {} : { syscall }) })
      }
    }
  })
  worker.on("error", (error: unknown) => fail(`the thread that writes failed: ${String(error)}`))
  worker.on("exit", (code) => fail(`the thread that writes ended with code ${code}`))
  const post = (request: WritingRequest) => worker.postMessage(request)
  const begun = begin(job, Promise.race([listening.promise, ended.promise]), post, fail)
  return {
    batch: async (part, { ipc, rows }) => {
      await begun
      if (failure !== undefined) throw failure
      while (waitingBytes > 0 && waitingBytes + ipc.byteLength > WAITING_BYTES_MAX) {
        await Promise.race([room.promise, ended.promise])
      }
      waitingBytes += ipc.byteLength
      post({ _tag: "Batch", part, ipc, rows })
    },
    empty: (part) => void begun.then(() => post({ _tag: "Empty", part })),
    end: async () => {
      await begun
      post({ _tag: "End" })
      await ended.promise
    },
    stop: async () => {
      ended.reject(new Error("the thread that writes was stopped"))
      await worker.terminate()
    },
  }
}

/** The rows wait until the thread was told what to do with them. */
async function begin(
  job: WritingJob,
  listening: Promise<void>,
  post: (request: WritingRequest) => void,
  fail: (message: string) => void,
): Promise<void> {
  try {
    const isShared = job.file._tag === "parquet"
    const parquet = isShared ? await loadParquetModule() : undefined
    await listening
    post({ _tag: "Job", job, parquet })
  } catch (error) {
    fail(`the Parquet encoder cannot be loaded: ${String(error)}`)
  }
}
