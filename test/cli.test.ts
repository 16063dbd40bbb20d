import { spawnSync } from "node:child_process"
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import * as path from "node:path"
import { afterAll, beforeAll, describe, expect, test } from "vitest"

const root = path.resolve(import.meta.dirname, "..")
const bin = path.join(root, "runtime", "cli", "skein.cjs")

let dir = ""
beforeAll(() => {
  dir = mkdtempSync(path.join(tmpdir(), "skein-cli-"))
})
afterAll(() => rmSync(dir, { recursive: true, force: true }))

interface Outcome {
  readonly code: number | null
  readonly out: string
  readonly err: string
}

function skein(args: readonly string[], input = ""): Outcome {
  const { status, stdout, stderr } = spawnSync(process.execPath, [bin, ...args], { cwd: dir, input, encoding: "utf8" })
  return { code: status, out: stdout, err: stderr }
}

describe("without an engine", () => {
  test("--version and --help go to standard output", () => {
    const manifest = readFileSync(path.join(root, "package.json"), "utf8")
    expect(skein(["--version"])).toEqual({
      code: 0,
      out: `skein ${/"version": "([^"]+)"/u.exec(manifest)?.[1]}\n`,
      err: "",
    })
    for (const args of [["--help"], ["-h"], ["tpch", "--help"], ["bench", "--help"]]) {
      const { code, out, err } = skein(args)
      expect({ code, err }).toEqual({ code: 0, err: "" })
      expect(out).toContain("Usage: skein")
    }
  })

  test.each([
    [["--formt", "csv"], "unknown option --formt\n  did you mean --format?  skein --help lists the options"],
    [["tcph"], 'unknown command "tcph"\n  did you mean tpch?  a query is given as: skein -c "SELECT …"'],
    [["-f", "nowhere.sql"], 'cannot read "nowhere.sql": there is no such file'],
    [["--data", "nowhere", "-c", "SELECT 1"], '--data: there is no folder "nowhere"'],
    [
      ["serve", "--session-table-bytes", "lots"],
      '--session-table-bytes takes a size as 100MiB, 2GiB or 1000000, found "lots"',
    ],
    [["tpch", "--sf", "1"], "--out DIR is missing\n  say where the files shall go"],
    [["bench", "tpcds"], 'unknown benchmark "tpcds"\n  there are two: skein bench tpch, skein bench micro'],
  ])("%j is wrong usage", (args, text) => {
    expect(skein(args)).toEqual({ code: 2, out: "", err: `error: ${text}\n` })
  })

  test("a syntax error, with a caret", () => {
    expect(skein(["-c", "SELECT 1;\nSELEC 2"])).toEqual({
      code: 1,
      out: "",
      err: [
        'error: syntax error: a statement cannot begin with "SELEC"',
        "  2 | SELEC 2",
        "    | ^^^^^",
        "  did you mean SELECT?",
        "",
      ].join("\n"),
    })
  })

  test("an empty script does nothing", () => {
    expect(skein([], " -- nothing\n")).toEqual({ code: 0, out: "", err: "" })
  })
})

describe("the entry file", () => {
  /** Runs a copy of the entry file on what says it is an old Node. */
  function onNode(version: string, home: string): Outcome {
    const copy = path.join(home, "runtime", "cli", "skein.cjs")
    mkdirSync(path.dirname(copy), { recursive: true })
    cpSync(bin, copy)
    const script = `Object.defineProperty(process.versions, "node", { value: "${version}" }); require(${JSON.stringify(copy)})`
    const { status, stdout, stderr } = spawnSync(process.execPath, ["-e", script], { encoding: "utf8" })
    return { code: status, out: stdout, err: stderr }
  }

  test.each(["12.22.0", "20.19.0", "22.17.1"])("Node %s is told which one is needed", (version) => {
    expect(onNode(version, path.join(dir, version))).toEqual({
      code: 2,
      out: "",
      err: `error: skein needs Node 22.18 or newer, this is ${version}\n  install a newer one from https://nodejs.org\n`,
    })
  })

  test("it is written in a JavaScript that old versions can read", () => {
    const code = readFileSync(bin, "utf8").replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*$/gmu, "")
    expect(code).not.toMatch(/=>|\?\.|\?\?|`|\b(const|let|async|await|class)\b/u)
  })
})
