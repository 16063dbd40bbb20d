import { installedFile } from "../installation.ts"
import { dropCppExports } from "./exports.ts"

/** Compiled once a process, and posted to every thread. */
let duckdb: Promise<WebAssembly.Module> | undefined

/** Takes a third of a second of other threads: whoever knows that an engine will be needed may begin it early. */
export function compileDuckDB(): Promise<WebAssembly.Module> {
  duckdb ??= compile()
  return duckdb
}

async function compile(): Promise<WebAssembly.Module> {
  const file = await installedFile("@duckdb/duckdb-wasm/dist/duckdb-eh.wasm")
  dropCppExports(file)
  return WebAssembly.compile(file)
}
