import { join } from "node:path"
import type { MessagePort } from "node:worker_threads"
import type { Format } from "../formats/format.ts"
import type { ResultBatch } from "../session.ts"
import { formatOf } from "./file-format.ts"
import { partFile, type WritingEvent, type WritingJob, type WritingRequest } from "./messages.ts"
import { openOutputFile, type OutputFile } from "./output-file.ts"
import { partitionWriter } from "./partitions.ts"

/** What writes the parts that come to this thread. */
interface PartWriter {
  readonly batch: (part: number, batch: ResultBatch) => Promise<void>
  readonly empty: (part: number) => Promise<void>
  readonly end: () => Promise<void>
}

/** Does what it is told, one message after the other; after a failure nothing any more. */
export function serve(port: MessagePort): void {
  const tell = (event: WritingEvent) => port.postMessage(event)
  let writer: PartWriter | undefined
  let failed = false
  const take = async (request: WritingRequest): Promise<void> => {
    if (request._tag === "Job") {
      writer = partWriter(request.job, await formatOf(request.job.file, request.parquet))
      return
    }
    if (writer === undefined) throw new Error("rows came to a thread that has nothing to write")
    switch (request._tag) {
      case "Batch":
        await writer.batch(request.part, { ipc: request.ipc, rows: request.rows })
        return tell({ _tag: "Taken", bytes: request.ipc.byteLength })
      case "Empty":
        return writer.empty(request.part)
      case "End":
        await writer.end()
        return tell({ _tag: "Ended" })
    }
  }
  port.on("messageerror", () => {
    failed = true
    tell(failure(new Error("a message to the thread that writes could not be read")))
  })
  let turn = Promise.resolve()
  port.on("message", (request: WritingRequest) => {
    turn = turn
      .then(() => (failed ? undefined : take(request)))
      .catch((error: unknown) => {
        failed = true
        tell(failure(error))
      })
  })
  tell({ _tag: "Listening" })
}

function partWriter(job: WritingJob, format: Format): PartWriter {
  if (job.layout._tag !== "partitions") return oneFileEach(job, format)
  const { batch, end } = partitionWriter(job, job.layout.by, format)
  return { batch: (_, rows) => batch(rows), empty: async () => undefined, end }
}

/** The file is opened with a part's first rows, and complete when another part begins. */
function oneFileEach(job: WritingJob, format: Format): PartWriter {
  let current: { readonly part: number; readonly file: OutputFile } | undefined
  const open = async (part: number): Promise<OutputFile> => {
    if (current?.part === part) return current.file
    await current?.file.end()
    current = undefined
    const path = job.layout._tag === "single" ? job.path : join(job.path, partFile(part, job.extension))
    const file = await openOutputFile(path, job.columns, format, job.compression)
    current = { part, file }
    return file
  }
  return {
    batch: async (part, batch) => (await open(part)).batch(batch),
    empty: async (part) => {
      await open(part)
    },
    end: async () => current?.file.end(),
  }
}

function failure(error: unknown): WritingEvent {
  const text = (name: "code" | "syscall"): string | undefined => {
    const value: unknown = error instanceof Error ? Reflect.get(error, name) : undefined
    return typeof value === "string" ? value : undefined
  }
  const message = error instanceof Error ? error.message : String(error)
  return { _tag: "Failed", message, code: text("code"), syscall: text("syscall") }
}
