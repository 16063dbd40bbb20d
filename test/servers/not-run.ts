import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import * as path from "node:path"
import type { TestProject } from "vitest/node"

/** Before and after all tests: lists the suites that went without their server, whatever the reporter. */
export default function setup(project: TestProject): () => void {
  const folder = mkdtempSync(path.join(tmpdir(), "skein-tests-"))
  const file = path.join(folder, "suites-not-run")
  writeFileSync(file, "")
  project.provide("suitesNotRun", file)
  return () => {
    const names = readFileSync(file, "utf8").split("\n").filter(Boolean)
    rmSync(folder, { recursive: true, force: true })
    if (names.length === 0) return
    const list = [...new Set(names)].toSorted().map((name) => `  - ${name}\n`)
    process.stderr.write(`\nNot run, for want of a server:\n${list.join("")}`)
  }
}
