/** The executable's first module. Only Bun's compiler reads it: nothing else knows files as imports. */
import duckdb from "@duckdb/duckdb-wasm/dist/duckdb-eh.wasm" with { type: "file" }
import parquet from "parquet-wasm/esm/parquet_wasm_bg.wasm" with { type: "file" }
import { useCarried } from "../../actors/installation.ts"
import { main } from "../cli/main.ts"

/** `build.mjs` compiles these beside this file, below the same root. */
const thread = (name: string): URL => new URL(`./${name}.js`, import.meta.url)

useCarried({
  version: SKEIN_VERSION,
  files: {
    "@duckdb/duckdb-wasm/dist/duckdb-eh.wasm": duckdb,
    "parquet-wasm/esm/parquet_wasm_bg.wasm": parquet,
  },
  threads: {
    "actors/engine/worker": thread("actors/engine/worker"),
    "bench/tpch/worker": thread("bench/tpch/worker"),
    "runtime/writers/worker": thread("runtime/writers/worker"),
  },
})

await main(process.argv.slice(2))
