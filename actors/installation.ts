import { readFile } from "node:fs/promises"
import { createRequire } from "node:module"

/**
 * What is opened by its address and not imported: WebAssembly of packages, the code of threads, the package's version.
 * In a clone and in a published package it lies where it was installed. The executable carries it in itself and says so
 * once, before anything else runs.
 */
export interface Carried {
  readonly version: string
  /** Paths of WebAssembly files, by the name that an import would use. */
  readonly files: Readonly<Record<string, string>>
  /** Addresses by the file's name in the repository, without its ending. */
  readonly threads: Readonly<Record<string, URL>>
}

let carried: Carried | undefined

export function useCarried(own: Carried): void {
  carried = own
}

/** The version that was compiled in; undefined where a package.json says it. */
export function carriedVersion(): string | undefined {
  return carried?.version
}

/** The bytes of a WebAssembly file of a package. */
export async function installedFile(name: string): Promise<Uint8Array<ArrayBuffer>> {
  return readFile(carried?.files[name] ?? createRequire(import.meta.url).resolve(name))
}

/** What a thread starts with. The file stands beside the one that asks, and ends like it: .js where that was compiled. */
export function threadFile(name: string, asking: string): URL {
  const ending = asking.endsWith(".ts") ? "ts" : "js"
  return carried?.threads[name] ?? new URL(`./${name.split("/").at(-1)}.${ending}`, asking)
}
