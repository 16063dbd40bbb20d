import { installedFile } from "../../actors/installation.ts"

/** Compiled once a process, and posted to every thread that writes. */
let module: Promise<WebAssembly.Module> | undefined

/** parquet-wasm, which writes Parquet. */
export function loadParquetModule(): Promise<WebAssembly.Module> {
  module ??= installedFile("parquet-wasm/esm/parquet_wasm_bg.wasm").then((bytes) => WebAssembly.compile(bytes))
  return module
}
