import { spawnSync } from "node:child_process"
import { createHash, randomUUID } from "node:crypto"
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from "node:fs"
import * as path from "node:path"

const root = path.resolve(import.meta.dirname, "..", "..")
const cache = path.join(root, "node_modules", ".cache", "skein-binary")

/** What goes into the executable, and what decides which packages do. */
const FOLDERS = ["actors", "bench", "planner", "runtime", "transport"]
const FILES = ["package.json", "package-lock.json", "tsconfig.json"]

const BUILD_MS_MAX = 50_000

/**
 * The path of an executable of these sources: built when there is none, kept until they change. Two that build at once
 * build the same, and whoever is last is kept.
 */
export function builtExecutable(): string {
  const hash = sourcesHash()
  const folder = path.join(cache, hash)
  const file = path.join(folder, "skein")
  if (existsSync(file)) return file
  mkdirSync(folder, { recursive: true })
  // Those of other sources. A run that uses one has a copy of it, or has it open.
  const others = readdirSync(cache).filter((name) => name !== hash)
  for (const other of others) rmSync(path.join(cache, other), { recursive: true, force: true })
  // A name of its own until it is whole.
  const made = `${file}-${randomUUID()}`
  const build = [path.join(root, "runtime", "binary", "build.mjs"), made]
  const { status, stderr, error } = spawnSync(process.execPath, build, { encoding: "utf8", timeout: BUILD_MS_MAX })
  if (status !== 0) throw new Error(`the executable was not built: ${error?.message ?? stderr}`)
  renameSync(made, file)
  return file
}

function sourcesHash(): string {
  const hash = createHash("sha256")
  const files = FOLDERS.flatMap((folder) =>
    readdirSync(path.join(root, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && /\.(ts|mjs|json|sql)$/u.test(entry.name) && !entry.name.endsWith(".test.ts"))
      .map((entry) => path.relative(root, path.join(entry.parentPath, entry.name))),
  )
  for (const file of [...files, ...FILES].toSorted())
    hash.update(`${file}\0`).update(readFileSync(path.join(root, file)))
  return hash.digest("hex").slice(0, 16)
}
