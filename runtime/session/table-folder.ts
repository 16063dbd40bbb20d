import { rm } from "node:fs/promises"
import { join } from "node:path"

/** The files of one workspace's tables. Nothing is on the disk before the first. */
export interface TableFolder {
  /** A path for a new file. */
  readonly file: () => Promise<string>
  readonly close: () => Promise<void>
}

export function tableFolder(make: () => Promise<string>): TableFolder {
  let made: Promise<string> | undefined
  let files = 0
  return {
    file: async () => {
      made ??= make()
      files += 1
      return join(await made, `table-${files}.parquet`)
    },
    close: async () => {
      const folder = await made?.catch(() => undefined)
      made = undefined
      if (folder !== undefined) await rm(folder, { recursive: true, force: true })
    },
  }
}
