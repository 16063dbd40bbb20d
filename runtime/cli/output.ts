import type { Sink } from "../formats/format.ts"
import { OutputClosed } from "./exit.ts"

export interface OutputSink extends Sink {
  /** Cells of a line; undefined when this is no terminal. */
  readonly terminalWidth: () => number | undefined
  /** Aborts when the reader has gone. */
  readonly closed: AbortSignal
}

let output: OutputSink | undefined
let failure: string | undefined

/** How a stream says that its reader has gone. Anything else is a loss that must be told: a full disk, a dead device. */
const READER_GONE: ReadonlySet<string> = new Set(["EPIPE", "ECONNRESET", "ERR_STREAM_DESTROYED"])

/** Why what was printed is not all there; undefined when it is, or when nobody wants the rest. Known after the flush. */
export function writeFailure(): string | undefined {
  return failure
}

/** Standard output, written with back-pressure. */
export function standardOutput(): OutputSink {
  output ??= openOutput(process.stdout)
  return output
}

/** One line on standard error. The reader may have gone: then it is lost, as it must be. */
export function complain(line: string): void {
  process.stderr.write(line.endsWith("\n") ? line : `${line}\n`)
}

/** Resolves when everything that was written has left the process, or cannot any more. */
export async function closeOutputs(): Promise<void> {
  await Promise.all([flushed(process.stdout), flushed(process.stderr)])
}

function openOutput(stream: NodeJS.WriteStream): OutputSink {
  const closed = new AbortController()
  stream.on("error", (error: NodeJS.ErrnoException) => {
    const code = error.code ?? ""
    if (!READER_GONE.has(code)) failure ??= code === "ENOSPC" ? "no space is left on the device" : error.message
    closed.abort()
  })
  return {
    closed: closed.signal,
    terminalWidth: () => (stream.isTTY ? stream.columns : undefined),
    write: (chunk) =>
      new Promise((resolve, reject) => {
        if (closed.signal.aborted) {
          reject(new OutputClosed())
          return
        }
        const taken = stream.write(chunk, (error) => {
          if (error !== null && error !== undefined) reject(new OutputClosed())
          else resolve()
        })
        // The callback comes when the bytes are gone; until the buffer is full nobody needs to wait for that.
        if (taken) resolve()
      }),
  }
}

function flushed(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise((resolve) => {
    if (stream.destroyed || stream.writableLength === 0) resolve()
    else {
      stream.once("close", resolve)
      stream.write("", () => resolve())
    }
  })
}
