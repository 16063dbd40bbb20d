/**
 * Installs the servers that suites of `npm test` start, where it may: on Linux, as root, with apt-get. Elsewhere, and
 * when it fails, the tests list the suites that did not run; with SKEIN_REQUIRE_SERVERS=1 that is an error here.
 *
 * Plain JavaScript for whatever Node the machine has.
 */
import { spawnSync } from "node:child_process"
import { accessSync, constants } from "node:fs"
import * as path from "node:path"

/** Executable and package have the same name. */
const SERVERS = ["nats-server"]

const APT_MS_MAX = 300_000

/** Throws when a server is required and cannot be installed. */
export function installTestServers() {
  const missing = SERVERS.filter((server) => !isInstalled(server))
  if (missing.length === 0) return
  const why = cannotInstall() ?? aptInstall(missing)
  if (why !== undefined && process.env.SKEIN_REQUIRE_SERVERS === "1") {
    throw new Error(`${missing.join(", ")}: not installed, and SKEIN_REQUIRE_SERVERS=1 needs it. ${why}`)
  }
}

/** Debian keeps servers where only root's PATH looks. */
function isInstalled(name) {
  const folders = [...(process.env.PATH ?? "").split(path.delimiter), "/usr/local/sbin", "/usr/sbin"]
  return folders.some((folder) => isExecutable(path.join(folder, name)))
}

function isExecutable(file) {
  try {
    accessSync(file, constants.X_OK)
    return true
  } catch {
    return false
  }
}

function cannotInstall() {
  if (process.platform !== "linux") return "This is not Linux: install it by hand."
  if (process.getuid() !== 0) return "Only root may install packages: install it by hand."
  if (!isInstalled("apt-get")) return "There is no apt-get here: install it by hand."
  return undefined
}

/** Gives why it failed, if it did. */
function aptInstall(packages) {
  process.stderr.write(`installing ${packages.join(", ")} for the tests …\n`)
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" }
  for (const args of [["update"], ["install", "-y", "--no-install-recommends", ...packages]]) {
    const options = { env, encoding: "utf8", timeout: APT_MS_MAX, stdio: ["ignore", "pipe", "pipe"] }
    const { status, error, stderr } = spawnSync("apt-get", args, options)
    if (status !== 0) return `apt-get ${args[0]} failed: ${error?.message ?? stderr.trim()}`
  }
  return undefined
}
