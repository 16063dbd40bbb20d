import { open, type FileHandle } from "node:fs/promises"
import * as zlib from "node:zlib"
import type { OutputColumn } from "../../planner/physical/stage.ts"
import type { Format, ResultWriter } from "../formats/format.ts"
import type { ResultBatch } from "../session.ts"

/** A file that is being written, and is whole only after `end`. */
export interface OutputFile {
  readonly batch: (batch: ResultBatch) => Promise<void>
  readonly end: () => Promise<void>
}

/** The path must be new. */
export async function openOutputFile(
  path: string,
  columns: readonly OutputColumn[],
  format: Format,
  compression: "none" | "gzip" | "zstd",
): Promise<OutputFile> {
  const handle = await open(path, "wx")
  const out = compression === "none" ? plain(handle) : compressed(handle, compression)
  const writer: ResultWriter = format.open({ columns, sink: out, terminalWidth: undefined })
  return {
    batch: (batch) => writer.batch(batch),
    end: async () => {
      await writer.end()
      await out.end()
      // What is renamed into place shall be on the disk.
      await handle.sync()
      await handle.close()
    },
  }
}

interface Out {
  readonly write: (chunk: string | Uint8Array) => Promise<void>
  readonly end: () => Promise<void>
}

function plain(handle: FileHandle): Out {
  return {
    write: async (chunk) => {
      await handle.writeFile(chunk)
    },
    end: async () => undefined,
  }
}

function compressed(handle: FileHandle, how: "gzip" | "zstd"): Out {
  const stream = how === "gzip" ? zlib.createGzip() : zlib.createZstdCompress()
  const written = (async () => {
    for await (const chunk of stream) await handle.writeFile(Buffer.from(chunk))
  })()
  written.catch(() => undefined)
  return {
    write: async (chunk) => {
      if (stream.write(chunk)) return
      const drained = new Promise<void>((go) => {
        stream.once("drain", go)
      })
      await Promise.race([drained, written])
    },
    end: async () => {
      stream.end()
      await written
    },
  }
}
