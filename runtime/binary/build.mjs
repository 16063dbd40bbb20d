/**
 * `npm run build:binary [-- FILE]`: one executable with Bun, the WebAssembly files and the threads' code in it, for the
 * machine that builds it. Needs no network. The file is dist/skein unless another is named.
 */
import { spawnSync } from "node:child_process"
import { mkdirSync, readFileSync, statSync } from "node:fs"
import * as path from "node:path"
import { fileURLToPath } from "node:url"

const root = path.join(path.dirname(fileURLToPath(import.meta.url)), "..", "..")
const bun = path.join(root, "node_modules", ".bin", "bun")
const out = path.resolve(
  process.argv[2] ?? path.join(root, "dist", process.platform === "win32" ? "skein.exe" : "skein"),
)

/** Started by their address, which no import shows. */
const threads = ["actors/engine/worker.ts", "bench/tpch/worker.ts", "runtime/writers/worker.ts"]

const { version } = JSON.parse(readFileSync(path.join(root, "package.json"), "utf8"))

mkdirSync(path.dirname(out), { recursive: true })
const started = performance.now()
const { status, error } = spawnSync(
  bun,
  [
    "build",
    "--compile",
    "--root=.",
    "--keep-names",
    `--define=SKEIN_VERSION=${JSON.stringify(version)}`,
    // What lies in the folder where it is started must not change what it does.
    "--no-compile-autoload-dotenv",
    "--no-compile-autoload-bunfig",
    // The bench compares with native code and needs the package; its command says so.
    "--external=@duckdb/node-api",
    "--external=../../bench/harness/*",
    `--outfile=${out}`,
    "runtime/binary/main.ts",
    ...threads,
  ],
  { cwd: root, stdio: ["ignore", "ignore", "inherit"] },
)
if (status !== 0) {
  process.stderr.write(`error: the executable was not built${error === undefined ? "" : `: ${error.message}`}\n`)
  process.exit(1)
}
const megabytes = Math.round(statSync(out).size / 1e6)
process.stderr.write(`${out}: ${megabytes} MB, built in ${Math.round(performance.now() - started)} ms\n`)
