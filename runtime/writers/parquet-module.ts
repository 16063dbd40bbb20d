import { installedFile } from "../../actors/installation.ts"

/** Compiles parquet-wasm. A module can be posted to any number of threads. */
export async function loadParquetModule(): Promise<WebAssembly.Module> {
  return WebAssembly.compile(await installedFile("parquet-wasm/esm/parquet_wasm_bg.wasm"))
}
