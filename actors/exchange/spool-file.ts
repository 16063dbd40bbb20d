import type { FileHandle } from "node:fs/promises"
import { open, rm } from "node:fs/promises"
import { join } from "node:path"

/** One attempt's batches on disk, written one after the other and read back by offset. */
export interface SpoolFile {
  /** Writes at the end; gives the offset. After a failed write every later one fails with the same error. */
  readonly append: (bytes: Uint8Array) => Promise<number>
  /** Waits for what is being written and closes the file for writing. */
  readonly endWriting: () => Promise<void>
  /** A reader has a handle of its own; whoever opens it closes it. */
  readonly openReader: () => Promise<SpoolReader>
  /** Waits for what is being written, then deletes the file. */
  readonly remove: () => Promise<void>
}

export interface SpoolReader {
  readonly read: (offset: number, length: number) => Promise<Uint8Array>
  readonly close: () => Promise<void>
}

export function spoolFile(folder: () => Promise<string>, name: string): SpoolFile {
  let path: string | undefined
  let writer: FileHandle | undefined
  let end = 0
  /** The last write; the next one follows it, so that the file grows from one end only. */
  let last: Promise<unknown> = Promise.resolve()

  const write = async (bytes: Uint8Array): Promise<number> => {
    path ??= join(await folder(), name)
    writer ??= await open(path, "wx", 0o600)
    const offset = end
    let written = 0
    while (written < bytes.byteLength) {
      const { bytesWritten } = await writer.write(bytes, written, bytes.byteLength - written, offset + written)
      if (bytesWritten === 0) throw new Error(`the disk took ${written} of ${bytes.byteLength} bytes`)
      written += bytesWritten
    }
    end = offset + written
    return offset
  }
  const closeWriter = async () => {
    const handle = writer
    writer = undefined
    await handle?.close()
  }
  return {
    append: (bytes) => {
      const written = last.then(() => write(bytes))
      last = written
      return written
    },
    endWriting: async () => {
      await last
      await closeWriter()
    },
    openReader: async () => {
      if (path === undefined) throw new Error("nothing was written to it")
      return spoolReader(await open(path, "r"))
    },
    remove: async () => {
      // A failed write was told to whoever wrote; the file goes all the same.
      await last.catch(() => undefined)
      await closeWriter()
      if (path !== undefined) await rm(path, { force: true })
    },
  }
}

function spoolReader(handle: FileHandle): SpoolReader {
  return {
    read: async (offset, length) => {
      // Shared, as batches are that come from engines: the consumer's thread gets it without a copy.
      const bytes = new Uint8Array(new SharedArrayBuffer(length))
      let filled = 0
      while (filled < length) {
        const { bytesRead } = await handle.read(bytes, filled, length - filled, offset + filled)
        if (bytesRead === 0) throw new Error(`it ends ${length - filled} bytes too early`)
        filled += bytesRead
      }
      return bytes
    },
    close: () => handle.close(),
  }
}
