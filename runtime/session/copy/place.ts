import { randomUUID } from "node:crypto"
import { lstat, mkdir, readdir, rename, rm, stat } from "node:fs/promises"
import { dirname, join, relative, sep } from "node:path"
import { SourceError } from "../../../actors/errors.ts"
import type { CopyPlan } from "./options.ts"

/** Where a COPY writes until all is complete: beside its target, so that a rename brings it there. */
export interface Staging {
  readonly path: string
  /** Everything is written: it appears. */
  readonly publish: () => Promise<void>
  /** Nothing of it stays. */
  readonly discard: () => Promise<void>
}

/** One file: it takes the place of an earlier one in a single step, as DuckDB overwrites. */
export async function stagedFile(target: string): Promise<Staging> {
  const found = await stat(target).catch(() => undefined)
  if (found?.isDirectory() === true) throw cannotWrite(target, "it is a folder; PARTITION_BY writes into folders")
  const parent = await stat(dirname(target)).catch(() => undefined)
  if (parent?.isDirectory() !== true) throw cannotWrite(target, "its folder does not exist")
  const path = join(dirname(target), `.skein-${randomUUID()}.tmp`)
  return {
    path,
    publish: () => rename(path, target),
    discard: () => rm(path, { force: true }),
  }
}

/** A folder of partitions. */
export async function stagedFolder(target: string, onExisting: CopyPlan["onExisting"]): Promise<Staging> {
  const found = await stat(target).catch(() => undefined)
  if (found !== undefined && !found.isDirectory()) throw cannotWrite(target, "it is a file, not a folder")
  if (onExisting === "refuse" && found !== undefined && (await readdir(target)).length > 0) {
    throw cannotWrite(
      target,
      "the folder is not empty",
      "OVERWRITE replaces it, APPEND and OVERWRITE_OR_IGNORE add to it",
    )
  }
  await mkdir(dirname(target), { recursive: true })
  const path = join(dirname(target), `.skein-${randomUUID()}.tmp`)
  await mkdir(path)
  const add = onExisting === "append" || onExisting === "overwrite_or_ignore"
  return {
    path,
    publish: async () => {
      await (found !== undefined && add ? addFiles(path, target) : replaceFolder(path, target))
      await rm(path, { recursive: true, force: true })
    },
    discard: () => rm(path, { recursive: true, force: true }),
  }
}

async function replaceFolder(from: string, target: string): Promise<void> {
  const old = join(dirname(target), `.skein-${randomUUID()}.old`)
  const hadOne = await rename(target, old).then(
    () => true,
    () => false,
  )
  try {
    await rename(from, target)
  } catch (error) {
    if (hadOne) await rename(old, target)
    throw error
  }
  if (hadOne) await rm(old, { recursive: true, force: true })
}

/** A link among the folders that are there could lead out of the write root. */
async function refuseLinks(target: string, way: string): Promise<void> {
  let place = target
  for (const part of way.split(sep)) {
    place = join(place, part)
    const entry = await lstat(place).catch(() => undefined)
    if (entry === undefined) return
    if (entry.isSymbolicLink()) throw cannotWrite(place, "it is a link, and COPY follows none among its partitions")
  }
}

/** File by file; those of other names stay. */
async function addFiles(from: string, target: string): Promise<void> {
  const entries = await readdir(from, { recursive: true, withFileTypes: true })
  for (const entry of entries.filter((each) => each.isFile())) {
    const way = relative(from, join(entry.parentPath, entry.name))
    await refuseLinks(target, dirname(way))
    await mkdir(dirname(join(target, way)), { recursive: true })
    await rename(join(from, way), join(target, way))
  }
}

function cannotWrite(path: string, reason: string, hint?: string): SourceError {
  return new SourceError({
    message: `cannot write "${path}": ${reason}`,
    path,
    ...(hint === undefined ? {} : { hint }),
  })
}
