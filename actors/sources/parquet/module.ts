import { readFile } from "node:fs/promises"
import { createRequire } from "node:module"

/** Compiles parquet-wasm from its installed package. A module can be posted to any number of threads. */
export async function loadParquetModule(): Promise<WebAssembly.Module> {
  const path = createRequire(import.meta.url).resolve("parquet-wasm/esm/parquet_wasm_bg.wasm")
  return WebAssembly.compile(await readFile(path))
}
