import { readdir } from "node:fs/promises"
import { PARQUET_ENDING } from "./lookups.ts"

/** Entries of a folder that are compared with a name that is no file's. */
const NAMES_COMPARED_MAX = 10_000

/** What the entries of --data may be called by, in order: a Parquet file without its ending, a folder by its name. */
export async function tableNames(dataDir: string): Promise<readonly string[]> {
  const entries = await namesIn(dataDir)
  return [...new Set(entries.map(tableName).filter((table) => table !== undefined))]
}

function tableName(entry: string): string | undefined {
  if (entry.toLowerCase().endsWith(PARQUET_ENDING)) return entry.slice(0, -PARQUET_ENDING.length)
  return entry.includes(".") ? undefined : entry
}

/** The entries of a folder, hidden ones aside; none when there is no such folder. */
export async function namesIn(folder: string): Promise<readonly string[]> {
  try {
    const names = await readdir(folder)
    return names
      .filter((name) => !name.startsWith("."))
      .toSorted()
      .slice(0, NAMES_COMPARED_MAX)
  } catch {
    // It only helps to find a better name: without the folder there is none.
    return []
  }
}
