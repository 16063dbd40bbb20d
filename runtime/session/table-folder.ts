import { rm } from "node:fs/promises"
import { join } from "node:path"
import type { TableBudget } from "./table-budget.ts"

/** The files of one workspace's tables. Nothing is on the disk before the first. */
export interface TableFolder {
  readonly file: () => Promise<TableFile>
  readonly close: () => Promise<void>
}

/** A table's file. Nothing is on the disk yet. */
export interface TableFile {
  readonly path: string
  /** Before so many bytes more are written. Throws QueryError when the budget has no room for them. */
  readonly grow: (bytes: number) => void
  /** Deletes it and gives its bytes back. */
  readonly remove: () => Promise<void>
}

export function tableFolder(make: () => Promise<string>, budget: TableBudget): TableFolder {
  let made: Promise<string> | undefined
  let files = 0
  const sizes = new Map<string, number>()
  const give = (path: string) => {
    budget.give(sizes.get(path) ?? 0)
    sizes.delete(path)
  }
  return {
    file: async () => {
      made ??= make()
      files += 1
      const path = join(await made, `table-${files}.parquet`)
      return {
        path,
        grow: (bytes) => {
          budget.take(bytes)
          sizes.set(path, (sizes.get(path) ?? 0) + bytes)
        },
        remove: async () => {
          await rm(path, { force: true })
          give(path)
        },
      }
    },
    close: async () => {
      const folder = await made?.catch(() => undefined)
      made = undefined
      if (folder !== undefined) await rm(folder, { recursive: true, force: true })
      for (const path of sizes.keys()) give(path)
    },
  }
}
