import type { Dirent } from "node:fs"
import { lstat, mkdir, mkdtemp, readdir, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { folderOwner, folderPrefix, isAlive, thisOwner } from "./spool-owner.ts"
import type { SpoolFile } from "./spool-file.ts"
import { spoolFile } from "./spool-file.ts"

/** Where batches go that the memory budget has no room for. Made when the first one comes, mode 0700. */
export interface SpoolFolder {
  /** A new file in the folder; nothing is on the disk before its first write. */
  readonly file: (name: string) => SpoolFile
  /** The folder that it is made in. */
  readonly parent: string
  /** undefined while nothing has been spooled. */
  readonly path: () => string | undefined
  /** Removes the folder with all that is in it. */
  readonly close: () => Promise<void>
}

export interface SweptFolders {
  readonly removed: readonly string[]
  /** Folders of dead processes that could not be removed. */
  readonly kept: readonly { readonly path: string; readonly reason: string }[]
}

/** A new folder that only this user can enter. A process that dies leaves it to the next one, which sweeps it away. */
export async function privateFolder(parent: string = tmpdir()): Promise<string> {
  await mkdir(parent, { recursive: true, mode: 0o700 })
  // mkdtemp gives mode 0700 and a name that nobody else can have made first.
  return mkdtemp(join(parent, folderPrefix(thisOwner())))
}

/** `parent` is made when it is missing; the system's temporary folder when not given. */
export function spoolFolder(parent: string = tmpdir()): SpoolFolder {
  let made: Promise<string> | undefined
  let path: string | undefined
  const make = async () => {
    path = await privateFolder(parent)
    return path
  }
  return {
    file: (name) => spoolFile(() => (made ??= make()), name),
    parent,
    path: () => path,
    close: async () => {
      // A folder that could not be made has already failed the query that wanted it.
      const folder = await made?.catch(() => undefined)
      made = undefined
      path = undefined
      if (folder !== undefined) await rm(folder, { recursive: true, force: true })
    },
  }
}

/** Removes the folders that dead processes of this user left in `parent`. Live owners' folders are left alone. */
export async function sweepSpoolFolders(parent: string = tmpdir()): Promise<SweptFolders> {
  const removed: string[] = []
  const kept: { path: string; reason: string }[] = []
  for (const entry of await entriesOf(parent)) {
    const owner = entry.isDirectory() ? folderOwner(entry.name) : undefined
    if (owner === undefined || isAlive(owner)) continue
    const path = join(parent, entry.name)
    try {
      const found = await lstat(path)
      // Temporary folders are shared: a name is no proof that what stands there is ours.
      if (!found.isDirectory() || (process.getuid !== undefined && found.uid !== process.getuid())) continue
      await rm(path, { recursive: true, force: true })
      removed.push(path)
    } catch (error) {
      const gone = error instanceof Error && "code" in error && error.code === "ENOENT"
      if (!gone) kept.push({ path, reason: error instanceof Error ? error.message : String(error) })
    }
  }
  return { removed, kept }
}

/** A parent that is not there yet has nothing to sweep; any other reason shows at the first spooled batch. */
async function entriesOf(parent: string): Promise<readonly Dirent[]> {
  try {
    return await readdir(parent, { withFileTypes: true })
  } catch {
    return []
  }
}
