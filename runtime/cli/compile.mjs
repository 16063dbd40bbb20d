/**
 * Compiles what the published package ships into dist/: the command, the session, the threads' entry files, and all that
 * they import, as .js with .d.ts. Tests and tools stay behind.
 */
import { spawnSync } from "node:child_process"
import { cpSync, globSync, mkdirSync, rmSync, writeFileSync } from "node:fs"
import * as path from "node:path"
import { fileURLToPath } from "node:url"

const root = path.join(path.dirname(fileURLToPath(import.meta.url)), "..", "..")
const dist = path.join(root, "dist")

/** Threads are started by their file's address, which no import shows. */
const threads = globSync("{actors,bench,runtime,transport}/**/worker.ts", { cwd: root })
const entries = ["runtime/cli/main.ts", "runtime/local.ts", "runtime/session.ts", ...threads]

rmSync(dist, { recursive: true, force: true })
mkdirSync(dist)
const config = path.join(dist, "tsconfig.json")
const compilerOptions = {
  rootDir: "..",
  outDir: ".",
  noEmit: false,
  declaration: true,
  typeRoots: ["../node_modules/@types"],
}
writeFileSync(
  config,
  JSON.stringify({
    extends: "../tsconfig.json",
    compilerOptions,
    include: [],
    files: entries.map((file) => `../${file}`),
  }),
)
const tsc = path.join(root, "node_modules", "typescript", "bin", "tsc")
const { status } = spawnSync(process.execPath, [tsc, "-p", config], { cwd: root, stdio: ["ignore", 2, 2] })
rmSync(config)
if (status !== 0) process.exit(status ?? 1)
cpSync(path.join(root, "bench/tpch/queries"), path.join(dist, "bench/tpch/queries"), {
  recursive: true,
  filter: (file) => !file.endsWith(".ts"),
})
