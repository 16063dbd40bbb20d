import { constants } from "node:fs"
import { open } from "node:fs/promises"
import type { FileHandle } from "node:fs/promises"
import { crc32 } from "node:zlib"
import { Cancelled, SourceError } from "../../errors.ts"
import { decodeFooter } from "./decoded-footers.ts"
import type { ParquetMetadata } from "./metadata.ts"
import { reason } from "./reason.ts"

/** Bytes of a file's end that are read first: most footers are smaller, so one read is enough. */
const TAIL_BYTES = 64 * 1024
/** A footer larger than this is taken for damage: it would describe millions of column chunks. */
const FOOTER_BYTES_MAX = 512 * 1024 * 1024
/** The footer's length (4 bytes) and the magic (4 bytes) at a file's end. */
const TRAILER_BYTES = 8
/** The shortest file: magic, an empty footer, trailer. */
const FILE_BYTES_MIN = 12

/** What a file was when its footer was read; if anything is another, the content may be. */
export interface FileVersion {
  readonly bytes: number
  readonly modifiedNs: bigint
  /** Of its content or anything else about it: unlike the time above, nobody can set it back. */
  readonly changedNs: bigint
  /** Where it lies: a file that is put in the place of another has another. */
  readonly device: bigint
  readonly inode: bigint
}

export interface ParquetFile {
  readonly path: string
  readonly version: FileVersion
  readonly metadata: ParquetMetadata
  /** CRC-32 of the footer: the same on every node that has a copy of the file. */
  readonly footerChecksum: number
}

export async function readFooter(path: string, signal?: AbortSignal): Promise<ParquetFile> {
  return withFile(path, signal, async (handle) => {
    const version = await fileVersion(handle, path)
    const footer = await readFooterBytes(handle, path, version.bytes)
    checkUnchanged(path, version, await fileVersion(handle, path))
    try {
      return { path, version, metadata: decodeFooter(footer), footerChecksum: crc32(footer) }
    } catch (cause) {
      throw damaged(path, `its footer cannot be decoded (${reason(cause)})`)
    }
  })
}

/** Reads byte ranges of the file whose footer was read earlier, and refuses it if it changed since. */
export async function readRanges(
  path: string,
  version: FileVersion,
  ranges: readonly { readonly start: number; readonly end: number }[],
  signal?: AbortSignal,
): Promise<readonly ArrayBuffer[]> {
  return withFile(path, signal, async (handle) => {
    checkUnchanged(path, version, await fileVersion(handle, path))
    const buffers: ArrayBuffer[] = []
    for (const range of ranges) {
      throwIfAborted(signal)
      const bytes = await readExactly(handle, path, range.start, range.end - range.start)
      buffers.push(bytes.buffer)
    }
    checkUnchanged(path, version, await fileVersion(handle, path))
    return buffers
  })
}

async function readFooterBytes(handle: FileHandle, path: string, size: number): Promise<Uint8Array> {
  if (size === 0) throw notParquet(path, "it is empty")
  if (size < FILE_BYTES_MIN) throw notParquet(path, `it has only ${size} bytes`)
  const tail = await readExactly(handle, path, Math.max(0, size - TAIL_BYTES), Math.min(size, TAIL_BYTES))
  const trailer = tail.subarray(tail.byteLength - TRAILER_BYTES)
  const magic = new TextDecoder("latin1").decode(trailer.subarray(4))
  if (magic === "PARE") {
    throw new SourceError({
      message: `cannot read "${path}": its footer is encrypted`,
      path,
      hint: "Skein reads unencrypted Parquet only; write the file again without encryption.",
    })
  }
  if (magic !== "PAR1") {
    const head = new TextDecoder("latin1").decode(await readExactly(handle, path, 0, 4))
    if (head === "PAR1") throw damaged(path, 'it does not end with "PAR1", as if it had been cut off')
    throw notParquet(path, `it starts with ${printable(head)} and ends with ${printable(magic)} instead of "PAR1"`)
  }
  const length = new DataView(trailer.buffer, trailer.byteOffset).getUint32(0, true)
  if (length > size - FILE_BYTES_MIN) {
    throw damaged(path, `its footer should be ${length} bytes long, but the file has only ${size}`)
  }
  if (length > FOOTER_BYTES_MAX) {
    throw damaged(path, `its footer should be ${length} bytes long, more than the limit of ${FOOTER_BYTES_MAX}`)
  }
  const wanted = length + TRAILER_BYTES
  if (wanted <= tail.byteLength) return tail.subarray(tail.byteLength - wanted, tail.byteLength - TRAILER_BYTES)
  return readExactly(handle, path, size - wanted, length)
}

/** Opens, runs, closes, whatever happens; failures of the file system become one sentence. */
async function withFile<A>(path: string, signal: AbortSignal | undefined, use: (handle: FileHandle) => Promise<A>) {
  throwIfAborted(signal)
  let handle: FileHandle
  try {
    // Not to wait: opening a named pipe that nobody writes to would never return.
    handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK)
  } catch (cause) {
    throw unreadable(path, cause)
  }
  try {
    return await use(handle)
  } catch (cause) {
    throw cause instanceof SourceError || cause instanceof Cancelled ? cause : unreadable(path, cause)
  } finally {
    await handle.close()
  }
}

async function fileVersion(handle: FileHandle, path: string): Promise<FileVersion> {
  const stat = await handle.stat({ bigint: true })
  if (stat.isDirectory()) {
    throw new SourceError({
      message: `cannot read "${path}": it is a directory`,
      path,
      hint: `Name the files in it with a glob: '${path.replace(/\/+$/, "")}/*.parquet'.`,
    })
  }
  if (!stat.isFile()) throw new SourceError({ message: `cannot read "${path}": it is not a regular file`, path })
  return {
    bytes: Number(stat.size),
    modifiedNs: stat.mtimeNs,
    changedNs: stat.ctimeNs,
    device: stat.dev,
    inode: stat.ino,
  }
}

async function readExactly(handle: FileHandle, path: string, start: number, length: number) {
  const bytes = new Uint8Array(length)
  let done = 0
  while (done < length) {
    const { bytesRead } = await handle.read(bytes, done, length - done, start + done)
    if (bytesRead === 0) throw changed(path)
    done += bytesRead
  }
  return bytes
}

function checkUnchanged(path: string, before: FileVersion, now: FileVersion): void {
  const isSame =
    before.bytes === now.bytes &&
    before.modifiedNs === now.modifiedNs &&
    before.device === now.device &&
    before.inode === now.inode
  // That other things about it changed (its name, its rights) is no reason to fail.
  if (!isSame) throw changed(path)
}

function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted === true) throw new Cancelled({ message: "the query was cancelled while it read its files" })
}

const changed = (path: string): SourceError =>
  new SourceError({
    message: `cannot read "${path}": it was changed while it was read`,
    path,
    hint: "Run the query again when the file is no longer written.",
  })

export const damaged = (path: string, found: string): SourceError =>
  new SourceError({
    message: `cannot read "${path}": the Parquet file is damaged: ${found}`,
    path,
    hint: "Copy or write the file again.",
  })

const notParquet = (path: string, found: string): SourceError =>
  new SourceError({
    message: `cannot read "${path}": it is not a Parquet file: ${found}`,
    path,
    hint: "Check the name; a Parquet file starts and ends with the four bytes PAR1.",
  })

const FILE_SYSTEM_REASONS: Readonly<Record<string, string>> = {
  ENOENT: "there is no such file",
  EACCES: "permission denied",
  EPERM: "permission denied",
  ENOTDIR: "a part of its path is not a directory",
  EMFILE: "too many files are open",
  ENFILE: "too many files are open",
  ELOOP: "its path has too many symbolic links",
  ENAMETOOLONG: "its name is too long",
}

function unreadable(path: string, cause: unknown): SourceError {
  const code = cause instanceof Error && "code" in cause && typeof cause.code === "string" ? cause.code : ""
  return new SourceError({ message: `cannot read "${path}": ${FILE_SYSTEM_REASONS[code] ?? reason(cause)}`, path })
}

function printable(raw: string): string {
  return /^[\x20-\x7e\n\r\t]*$/.test(raw) ? JSON.stringify(raw) : `bytes ${Buffer.from(raw, "latin1").toString("hex")}`
}
