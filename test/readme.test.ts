import { execFile, spawnSync } from "node:child_process"
import { existsSync, readFileSync } from "node:fs"
import * as path from "node:path"
import { promisify } from "node:util"
import { expect, test } from "vitest"
import { benchCommand } from "../runtime/cli/bench-command.ts"
import { nodeCommand } from "../runtime/cli/node-command.ts"
import type { Command } from "../runtime/cli/options.ts"
import { queryCommand } from "../runtime/cli/query-options.ts"
import { serveCommand } from "../runtime/cli/serve-command.ts"
import { tpchCommand } from "../runtime/cli/tpch-command.ts"
import { serve } from "./runtimes/programs.ts"

/** What the README says, tried. Its example of a NATS client runs in `nats-api/examples.test.ts`. */

const root = path.resolve(import.meta.dirname, "..")
const readme = readFileSync(path.join(root, "README.md"), "utf8")
const SKEIN = { file: process.execPath, args: [path.join(root, "runtime", "cli", "skein.cjs")] }
const hasCurl = spawnSync("curl", ["--version"]).status === 0

/** The blocks below a heading, up to the next one. */
function blocks(heading: string): readonly string[] {
  const [, section = ""] = readme.split(`\n### ${heading}\n`)
  const [own = ""] = section.split(/^##/mu)
  return [...own.matchAll(/^```\w*\n([\s\S]*?)^```$/gmu)].map(([, text = ""]) => text)
}

/** In the repository, with `npx skein` as this runtime starts it. */
async function shell(command: string): Promise<string> {
  const line = command.replaceAll("npx skein", [SKEIN.file, ...SKEIN.args].map((word) => `'${word}'`).join(" "))
  const { stdout, stderr } = await promisify(execFile)("sh", ["-c", line], { cwd: root, timeout: 50_000 })
  expect(stderr).toBe("")
  return stdout
}

test("the commands in one process", async () => {
  const [block = ""] = blocks("In one process")
  const printed = await Promise.all(block.trimEnd().split("\n").map(shell))
  expect(printed).toEqual([
    "count_star()\n60\n",
    "region,total\nnorth,7421.50\neast,6922.50\nsouth,6919.50\nwest,4886.50\n",
    expect.stringMatching(/^\[\{"id":1,"region":"north","total":5\.00\},\n(\{.+\},\n){3}\{.+\}\]\n$/u),
  ])
}, 120_000)

test.runIf(hasCurl)("the server, and curl", async () => {
  const [start = "", curl = "", answer = ""] = blocks("Behind HTTP")
  expect(start).toBe("npx skein serve --http 127.0.0.1:8080 --data bench/demo/sales\n")
  const args = start.trim().replace("127.0.0.1:8080", "127.0.0.1:0").split(" ").slice(2)
  await using server = await serve(SKEIN, args, { cwd: root }, /http:\/\/127\.0\.0\.1:\d+/u)
  const told = JSON.parse(await shell(curl.replace("http://127.0.0.1:8080", server.found[0])))
  const said = JSON.parse(answer)
  expect(sorted(told.result)).toEqual(sorted(said.result))
  const same = { result: 0, ms: 0 }
  expect({ ...told, ...same }).toEqual({ ...said, ...same })
})

/** There is no ORDER BY in it. */
function sorted(rows: readonly unknown[]): readonly string[] {
  return rows.map((row) => JSON.stringify(row)).toSorted()
}

/** The options in a table of the README, by its first cell. */
function listed(text: string): readonly string[] {
  return [...text.matchAll(/--([a-z][a-z-]*)/gu)].map(([, name = ""]) => name).toSorted()
}

const optionsOf = ({ groups }: Command) => groups.flatMap(({ options }) => options.map(({ name }) => name)).toSorted()

test("every option of the command, and no other", () => {
  const [, table = ""] = readme.split("| `skein` | what it does |\n")
  const names = table
    .split("\n\n", 1)[0]
    ?.split("\n")
    .slice(1)
    .map((row) => row.split("|")[1] ?? "")
  expect(listed(names?.join() ?? "")).toEqual(optionsOf(queryCommand))
})

test.each([
  ["skein serve", serveCommand, []],
  ["skein node", nodeCommand, optionsOf(serveCommand).filter((name) => name !== "help")],
  ["skein tpch", tpchCommand, []],
  ["skein bench tpch", benchCommand, []],
])("every option of %s", (name, command, same) => {
  const [, row = ""] = readme.split(`| \`${name}\` |`)
  const [own = ""] = row.split("|", 1)
  expect([...new Set([...listed(own), ...same, "help"])].toSorted()).toEqual(optionsOf(command))
})

test("every file that it links to is there", () => {
  const links = [...readme.matchAll(/\]\(([^):]+)\)/gu)].map(([, file = ""]) => file)
  expect(links.length).toBeGreaterThan(10)
  expect(links.filter((file) => !existsSync(path.join(root, file)))).toEqual([])
})
