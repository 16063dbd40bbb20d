import type { DuckDBRuntime } from "@duckdb/duckdb-wasm/blocking"
import { failWith, NODE_RUNTIME } from "@duckdb/duckdb-wasm/blocking"

type Wasm = Parameters<DuckDBRuntime["openFile"]>[0]

/**
 * The library's Node runtime with every way to a file closed. DuckDB's own locks refuse first; this is for what slips
 * past them (`COPY … TO` into an allowed directory reaches the file functions).
 */
export function sealedRuntime(): DuckDBRuntime {
  const refuse = (wasm: Wasm): 0 => {
    failWith(wasm, "an engine has no file system")
    return 0
  }
  const no = (wasm: Wasm): false => {
    refuse(wasm)
    return false
  }
  return {
    ...NODE_RUNTIME,
    openFile: refuse,
    readFile: refuse,
    writeFile: refuse,
    truncateFile: refuse,
    getLastFileModificationTime: refuse,
    checkFile: no,
    moveFile: refuse,
    removeFile: refuse,
    checkDirectory: no,
    createDirectory: refuse,
    removeDirectory: refuse,
    listDirectoryEntries: no,
    glob: refuse,
    syncFile: () => undefined,
    closeFile: () => undefined,
    dropFile: () => undefined,
  }
}
