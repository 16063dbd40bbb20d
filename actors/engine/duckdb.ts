import {
  callSRet,
  createDuckDB,
  dropResponseBuffers,
  IsDuckDBWasmRetry,
  readString,
  StatusCode,
  VoidLogger,
} from "@duckdb/duckdb-wasm/blocking"
import { faultOf, outOfMemory } from "./refusal.ts"
import { sealedRuntime } from "./sealed-runtime.ts"

/** One DuckDB-WASM instance, locked. Everything that it throws is Refused or Trap. */
export interface DuckDB {
  readonly version: string
  /** Answers describe, explain and evaluate. These two are kept: their settings are per connection, and are locked. */
  readonly calls: Connection
  /** Runs tasks. */
  readonly statements: Connection
  /** A fresh one, for inserting one stream. */
  readonly connect: () => Connection
  /** The size of the WASM memory; it never shrinks. */
  readonly memoryBytes: () => number
}

export interface Connection {
  /** Runs to the end; the result is in Arrow's file format. */
  readonly run: (sql: string) => Uint8Array
  /** Starts a streamed query. Undefined: poll until the schema message is there. */
  readonly start: (sql: string) => Uint8Array | undefined
  readonly poll: () => Uint8Array | undefined
  /**
   * The next record batch message; undefined: ask again; empty: that was all. It lies in the instance's own memory and is
   * gone at the next call into it: a copy of each of thousands would be a tenth of the whole time.
   */
  readonly fetch: () => Uint8Array | undefined
  readonly cancel: () => void
  /** Appends an IPC stream to a table, by position. Once a connection: a stream that fails poisons the next. */
  readonly insert: (table: string, stream: Uint8Array) => void
  readonly close: () => void
}

type Bindings = Awaited<ReturnType<typeof createDuckDB>>

/** What of the Emscripten module is used here; the library does not type it. */
interface WasmModule {
  readonly HEAPU8: Uint8Array
  readonly ccall: (name: string, result: null, types: readonly string[], args: readonly unknown[]) => unknown
  _malloc: (bytes: number) => number
}

function memoryOf(mod: unknown): WasmModule {
  return mod as WasmModule
}

/**
 * Order matters: after `enable_external_access=false` no directory can be allowed, after `lock_configuration` nothing can
 * be set. Without all of them some function calls fetch an extension from the network and never return.
 */
function lockStatements(memoryLimitBytes: number): readonly string[] {
  return [
    "SET preserve_insertion_order=true",
    // A checkpoint of tables in memory only merges row groups: up to four times what the insert itself costs.
    "SET checkpoint_threshold='1TB'",
    "SET autoinstall_known_extensions=false",
    "SET autoload_known_extensions=false",
    "SET allowed_directories=['skein-in/']",
    `SET memory_limit='${Math.floor(memoryLimitBytes / KIB)}KiB'`,
    "SET temp_directory=''",
    "SET enable_external_access=false",
    "SET lock_configuration=true",
  ]
}

/** Settings that DuckDB keeps for each connection. */
const CONNECTION_STATEMENTS = ["SET errors_as_json=true", "SET explain_output='all'"]

const KIB = 1024

export interface DuckDBOptions {
  readonly duckdb: WebAssembly.Module
  readonly memoryLimitBytes: number
  readonly prelude: readonly string[]
  readonly macros: readonly EngineMacro[]
}

/** A macro that is made when a statement first has `mention` in its text. */
export interface EngineMacro {
  readonly mention: string
  readonly sql: string
}

export async function openDuckDB(options: DuckDBOptions): Promise<DuckDB> {
  const { duckdb: compiled, memoryLimitBytes, prelude } = options
  const unused = { mainModule: "", mainWorker: "" }
  const bindings = await createDuckDB({ mvp: unused, eh: unused }, new VoidLogger(), sealedRuntime())
  // The library would read and compile the .wasm file itself: this thread has no files, and the module is compiled.
  Object.defineProperty(bindings, "instantiateWasm", { value: instantiate(compiled) })
  await bindings.instantiate()
  const wasm = memoryOf(bindings.mod)
  guardAllocation(wasm)
  bindings.open({ path: ":memory:" })
  const calls = connectionOf(bindings)
  const statements = connectionOf(bindings)
  for (const connection of [calls, statements]) for (const sql of CONNECTION_STATEMENTS) connection.run(sql)
  for (const sql of [...prelude, ...lockStatements(memoryLimitBytes)]) calls.run(sql)
  const make = macroMaker(calls, options.macros)
  return {
    version: bindings.getVersion(),
    calls: knowing(calls, make),
    statements: knowing(statements, make),
    connect: () => connectionOf(bindings),
    memoryBytes: () => wasm.HEAPU8.byteLength,
  }
}

function connectionOf(bindings: Bindings): Connection {
  const connection = guarded(() => bindings.connect())
  return connection.useUnsafe((_, id) => ({
    run: (sql) => guarded(() => bindings.runQuery(id, sql)),
    start: (sql) => guarded(() => bindings.startPendingQuery(id, sql, true) ?? undefined),
    poll: () => guarded(() => bindings.pollPendingQuery(id) ?? undefined),
    fetch: () => guarded(() => fetchInPlace(bindings, id)),
    cancel: () => guarded(() => void bindings.cancelPendingQuery(id)),
    insert: (table, stream) =>
      guarded(() => bindings.insertArrowFromIPCStream(id, stream, { name: table, create: false })),
    close: () => guarded(() => connection.close()),
  }))
}

/** Makes the macros that a statement mentions, each once; one may mention others. */
function macroMaker(connection: Connection, macros: readonly EngineMacro[]): (sql: string) => void {
  const left = new Set(macros)
  const make = (sql: string): void => {
    for (const macro of left) {
      if (!sql.includes(macro.mention)) continue
      left.delete(macro)
      make(macro.sql)
      connection.run(macro.sql)
    }
  }
  return make
}

function knowing(connection: Connection, make: (sql: string) => void): Connection {
  return {
    ...connection,
    run: (sql) => {
      make(sql)
      return connection.run(sql)
    },
    start: (sql) => {
      make(sql)
      return connection.start(sql)
    },
  }
}

function fetchInPlace(bindings: Bindings, id: number): Uint8Array | undefined {
  const { mod } = bindings
  dropResponseBuffers(mod)
  const [status, place, length] = callSRet(mod, "duckdb_web_query_fetch_results", ["number"], [id])
  if (IsDuckDBWasmRetry(status)) return undefined
  if (status !== StatusCode.SUCCESS) throw new Error(readString(mod, place, length))
  return memoryOf(mod).HEAPU8.subarray(place, place + length)
}

type Succeed = (instance: WebAssembly.Instance, module: WebAssembly.Module) => void

function instantiate(compiled: WebAssembly.Module) {
  return (imports: WebAssembly.Imports, succeed: Succeed): object => {
    Object.assign(globalThis, { DUCKDB_RUNTIME: sealedRuntime() })
    void WebAssembly.instantiate(compiled, imports).then((instance) => succeed(instance, compiled))
    return {}
  }
}

/** The library copies to where `malloc` points without a look. It points to 0 when memory is full. */
function guardAllocation(wasm: WasmModule): void {
  // The first call replaces the property; what stands there afterwards is the instance's own function.
  wasm.ccall("duckdb_web_clear_response", null, [], [])
  wasm._malloc(1)
  const malloc = wasm._malloc
  wasm._malloc = (bytes) => {
    const place = malloc(bytes) >>> 0
    if (place === 0) throw outOfMemory(`could not allocate ${bytes} bytes in the engine's memory`)
    return place
  }
}

function guarded<T>(call: () => T): T {
  try {
    return call()
  } catch (thrown) {
    throw faultOf(thrown)
  }
}
