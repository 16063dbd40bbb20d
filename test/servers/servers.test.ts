import { spawnSync } from "node:child_process"
import { chmodSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import * as path from "node:path"
import { afterEach, expect, test } from "vitest"

const root = path.resolve(import.meta.dirname, "..", "..")
/** What a machine without any server would do; the folders that Debian adds are taken away as well. */
const script = readFileSync(path.join(root, "runtime/cli/test-servers.mjs"), "utf8").replace(
  '"/usr/local/sbin", "/usr/sbin"',
  '"/nowhere"',
)

const folders: string[] = []
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true })
})

/** Runs the installer with a PATH that holds Node and this apt-get alone, as root or as somebody else. */
function install({ apt, uid = 0, required }: { apt: string; uid?: number; required: boolean }) {
  const folder = mkdtempSync(path.join(tmpdir(), "skein-servers-"))
  folders.push(folder)
  const file = path.join(folder, "run.mjs")
  writeFileSync(file, `process.getuid = () => ${uid}\n${script}\ninstallTestServers()\n`)
  symlinkSync(process.execPath, path.join(folder, "node"))
  const log = path.join(folder, "log")
  writeFileSync(path.join(folder, "apt-get"), `#!/bin/sh\necho "$@" >> ${log}\n${apt}\n`)
  chmodSync(path.join(folder, "apt-get"), 0o755)
  writeFileSync(log, "")
  const env = { PATH: folder, ...(required ? { SKEIN_REQUIRE_SERVERS: "1" } : {}) }
  const { status, stderr } = spawnSync(process.execPath, [file], { env, encoding: "utf8" })
  return { status, stderr, log: readFileSync(log, "utf8") }
}

test("a missing server is installed by root, quietly", () => {
  expect(install({ apt: "echo much", required: true })).toEqual({
    status: 0,
    stderr: "installing nats-server for the tests …\n",
    log: "update\ninstall -y --no-install-recommends nats-server\n",
  })
})

test("what cannot be installed is an error only where it is required", () => {
  const apt = "echo no network >&2; exit 100"
  expect(install({ apt, required: false })).toMatchObject({ status: 0, log: "update\n" })
  const failed = install({ apt, required: true })
  expect(failed.status).toBe(1)
  expect(failed.stderr).toContain(
    "nats-server: not installed, and SKEIN_REQUIRE_SERVERS=1 needs it. apt-get update failed: no network",
  )
  const other = install({ apt, uid: 1000, required: true })
  expect(other.log).toBe("")
  expect(other.stderr).toContain("Only root may install packages: install it by hand.")
})
