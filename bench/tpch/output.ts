import { randomBytes } from "node:crypto"
import { type FileHandle, mkdir, open, readdir, rename, rm, rmdir, stat } from "node:fs/promises"
import { basename, dirname, join } from "node:path"
import { TpchWriteError } from "./errors.ts"
import type { Made, TpchFormat } from "./messages.ts"
import { TABLE, type TpchTable } from "./tables/table.ts"
import { footer, MAGIC, rowGroup } from "./write/parquet/footer.ts"

/** What another run left behind under a temporary name is removed when nobody has written to it for so long. */
const STALE_MS = 3_600_000
const CREATED_BY = "skein tpch"
const PARTIAL = ".partial"

const encoder = new TextEncoder()

interface OpenFile {
  readonly handle: FileHandle
  readonly path: string
  readonly partial: string
  readonly table: TpchTable
  readonly groups: Uint8Array[]
  bytes: number
  rows: number
}

export interface FinishedFile {
  readonly table: TpchTable
  readonly path: string
  readonly bytes: number
}

/**
 * The files of one run. All are written under temporary names; `publish` gives them their own when every one is
 * complete, `discard` removes them. So a folder has the whole data, or what it had before.
 */
export class Output {
  readonly #out: string
  readonly #format: TpchFormat
  readonly #mark = randomBytes(6).toString("hex")
  readonly #made: string[] = []
  readonly #partials = new Map<string, string>()
  readonly #finished: FinishedFile[] = []
  #open: OpenFile | undefined

  constructor(out: string, format: TpchFormat) {
    this.#out = out
    this.#format = format
  }

  async begin(): Promise<void> {
    await this.#folder(this.#out)
    await removeStale(this.#out)
  }

  async #folder(path: string): Promise<void> {
    const first = await attempt(path, () => mkdir(path, { recursive: true }))
    if (first === undefined) return
    // `mkdir` names the outermost folder that it made: all between are ours
    for (let made = path; ; made = dirname(made)) {
      this.#made.push(made)
      if (made === first || made === dirname(made)) return
    }
  }

  async open(table: TpchTable, name: string): Promise<void> {
    const path = join(this.#out, name)
    if (dirname(path) !== this.#out) {
      await this.#folder(dirname(path))
      await removeStale(dirname(path))
    }
    const partial = join(dirname(path), `.${basename(path)}.${this.#mark}${PARTIAL}`)
    const handle = await attempt(partial, () => open(partial, "wx"))
    this.#partials.set(partial, path)
    this.#open = { handle, path, partial, table, groups: [], bytes: 0, rows: 0 }
    await this.#write(this.#opening(table))
  }

  #opening(table: TpchTable): Uint8Array {
    switch (this.#format) {
      case "parquet":
        return MAGIC
      case "csv":
        return encoder.encode(`${TABLE[table].schema.map(({ name }) => name).join(",")}\n`)
      case "tbl":
        return new Uint8Array(0)
    }
  }

  async #write(bytes: Uint8Array): Promise<void> {
    const file = this.#open
    if (file === undefined || bytes.length === 0) return
    await attempt(file.partial, async () => {
      // one call may write less than it is given
      for (let at = 0; at < bytes.length;) at += (await file.handle.write(bytes, at, bytes.length - at)).bytesWritten
    })
    file.bytes += bytes.length
  }

  async append({ bytes, length, chunks }: Made, rows: number): Promise<void> {
    const file = this.#open
    if (file === undefined) return
    if (this.#format === "parquet") file.groups.push(rowGroup(TABLE[file.table].schema, chunks, file.bytes))
    await this.#write(new Uint8Array(bytes, 0, length))
    file.rows += rows
  }

  async close(): Promise<void> {
    const file = this.#open
    if (file === undefined) return
    if (this.#format === "parquet")
      await this.#write(footer(TABLE[file.table].schema, file.rows, file.groups, CREATED_BY))
    await attempt(file.partial, () => file.handle.close())
    this.#open = undefined
    this.#finished.push({ table: file.table, path: file.path, bytes: file.bytes })
  }

  /** Gives all files their names. What earlier runs left of the same tables goes first: no mixture is ever seen. */
  async publish(): Promise<readonly FinishedFile[]> {
    const names = new Set(this.#partials.values())
    for (const table of new Set(this.#finished.map((file) => file.table))) await this.#removeOld(table, names)
    for (const [partial, path] of this.#partials) await attempt(path, () => rename(partial, path))
    this.#partials.clear()
    return this.#finished
  }

  async #removeOld(table: TpchTable, keep: ReadonlySet<string>): Promise<void> {
    const folder = join(this.#out, table)
    const single = `${folder}.${this.#format}`
    if (!keep.has(single)) await attempt(single, () => rm(single, { force: true }))
    const part = new RegExp(`^part-\\d+\\.${this.#format}$`)
    for (const name of await namesIn(folder))
      if (part.test(name) && !keep.has(join(folder, name))) await attempt(folder, () => rm(join(folder, name)))
    if (keep.has(single)) await removeIfEmpty(folder)
  }

  /** Removes everything that this run made and has not published. */
  async discard(): Promise<void> {
    await this.#open?.handle.close().catch(() => {})
    for (const partial of this.#partials.keys()) await rm(partial, { force: true })
    for (const folder of this.#made.toSorted((a, b) => b.length - a.length)) await removeIfEmpty(folder)
  }
}

async function namesIn(folder: string): Promise<readonly string[]> {
  return readdir(folder).catch(() => [])
}

async function removeIfEmpty(folder: string): Promise<void> {
  // the system refuses where somebody else has put something
  await rmdir(folder).catch(() => {})
}

async function removeStale(folder: string): Promise<void> {
  for (const name of await namesIn(folder)) {
    if (!name.startsWith(".") || !name.endsWith(PARTIAL)) continue
    const path = join(folder, name)
    const age = await stat(path)
      .then(({ mtimeMs }) => Date.now() - mtimeMs)
      .catch(() => 0)
    if (age > STALE_MS) await rm(path, { force: true })
  }
}

async function attempt<A>(path: string, act: () => Promise<A>): Promise<A> {
  try {
    return await act()
  } catch (cause) {
    throw new TpchWriteError({
      path,
      message: `cannot write ${path}: ${cause instanceof Error ? cause.message : String(cause)}`,
    })
  }
}
