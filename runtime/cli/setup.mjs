/**
 * What `npm start`, `npm test` and `npm run check` go through: installs what is missing, then runs the given command
 * with the Node that the project brings along. Plain JavaScript for whatever Node the machine has.
 *
 *   node runtime/cli/setup.mjs FILE [arguments]
 */
import { spawn, spawnSync } from "node:child_process"
import { existsSync, readFileSync } from "node:fs"
import { constants } from "node:os"
import * as path from "node:path"
import { fileURLToPath } from "node:url"
import { installTestServers } from "./test-servers.mjs"

const root = path.join(path.dirname(fileURLToPath(import.meta.url)), "..", "..")
const ownNode = path.join(root, "node_modules", ".bin", "node")

if (!isInstalled()) install()
if (process.argv[2]?.endsWith("vitest.mjs")) installServers()
run(process.argv.slice(2))

/** Every package of the lock file is there in the version it names, those for other platforms aside. */
function isInstalled() {
  const installed = readJson(path.join(root, "node_modules", ".package-lock.json"))
  const wanted = readJson(path.join(root, "package-lock.json"))
  if (installed === undefined || wanted === undefined || !existsSync(ownNode)) return false
  return Object.entries(wanted.packages).every(([name, entry]) => {
    const found = installed.packages[name]
    return name === "" || (found === undefined ? entry.optional === true : found.version === entry.version)
  })
}

function readJson(file) {
  return existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : undefined
}

function install() {
  process.stderr.write("installing the packages of package-lock.json …\n")
  const npm = process.platform === "win32" ? "npm.cmd" : "npm"
  const args = ["ci", "--no-audit", "--no-fund"]
  const { status, error } = spawnSync(npm, args, { cwd: root, stdio: ["ignore", process.stderr, process.stderr] })
  if (status === 0 && existsSync(ownNode)) return
  process.stderr.write(`error: npm ci failed${error === undefined ? "" : `: ${error.message}`}\n`)
  process.exit(1)
}

function installServers() {
  try {
    installTestServers()
  } catch (error) {
    process.stderr.write(`error: ${error.message}\n`)
    process.exit(1)
  }
}

function run([file, ...args]) {
  if (file === undefined) process.exit(0)
  const child = spawn(ownNode, [path.resolve(root, file), ...args], { cwd: root, stdio: "inherit" })
  // The terminal sends Ctrl-C to the child as well: this process only waits for it.
  process.on("SIGINT", () => {})
  process.on("SIGTERM", () => child.kill("SIGTERM"))
  child.on("error", (error) => {
    process.stderr.write(`error: cannot start ${ownNode}: ${error.message}\n`)
    process.exit(1)
  })
  child.on("exit", (code, signal) => process.exit(code ?? 128 + (constants.signals[signal] ?? 0)))
}
