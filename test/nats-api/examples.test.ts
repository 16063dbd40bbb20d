import { execFile } from "node:child_process"
import { mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import * as path from "node:path"
import { promisify } from "node:util"
import { afterAll, beforeAll, expect, test } from "vitest"
import { openNative } from "../../bench/oracle/native.ts"
import { openSession } from "../../runtime/local.ts"
import { describeWith } from "../servers/needs-server.ts"
import { openStage } from "./serve.ts"

/** Every JavaScript example about the request API, as a program of its own that has `nats` and nothing else. */

const root = path.resolve(import.meta.dirname, "../..")
const stage = openStage()
let dir = ""
let url = ""

beforeAll(async () => {
  dir = mkdtempSync(path.join(tmpdir(), "skein-nats-examples-"))
  const native = await openNative({ threads: 1 })
  const rows = "SELECT i AS id, 'region ' || i % 3 AS region, i % 10 AS total FROM range(2000) t(i)"
  await native.run(`COPY (${rows}) TO '${path.join(dir, "orders.parquet")}'`)
  native.close()
  const session = await openSession({ workers: 1, dataDir: dir, cwd: dir, roots: [dir] })
  stage.onEnd(() => session.close())
  const server = await stage.server()
  url = server.url
  await stage.serve(server, session)
})
afterAll(async () => {
  await stage.end()
  rmSync(dir, { recursive: true, force: true })
})

/** The programs of a page that begin with an import of `nats`, in their order. */
function examples(file: string): readonly string[] {
  const blocks = readFileSync(path.join(root, file), "utf8").matchAll(/^```js\n([\s\S]*?)^```$/gmu)
  return [...blocks].map((match) => match[1] ?? "").filter((code) => /^import .* from "nats"$/mu.test(code))
}

/** What a page says an example prints: the block that follows it. */
function printed(file: string, code: string): string | undefined {
  const text = readFileSync(path.join(root, file), "utf8")
  const after = text.slice(text.indexOf(code) + code.length)
  return /^```\n\n```\n([\s\S]*?)^```$/mu.exec(after)?.[1]
}

async function run(code: string): Promise<string> {
  const args = ["--input-type=module", "--eval", code]
  const { stdout, stderr } = await promisify(execFile)(process.execPath, args, {
    cwd: root,
    env: { ...process.env, NATS_URL: url },
    timeout: 30_000,
  })
  expect(stderr).toBe("")
  return stdout
}

describeWith("nats-server", "the examples", () => {
  test("there are some", () => {
    expect([examples("README.md").length, examples("docs/nats-api.md").length]).toEqual([1, 2])
  })

  test("of the README", async () => {
    for (const code of examples("README.md")) {
      expect(await run(code)).toBe("region 0 3003\nregion 1 3000\nregion 2 2997\n")
    }
  })

  test("of docs/nats-api.md", async () => {
    for (const code of examples("docs/nats-api.md")) expect(await run(code)).toBe(printed("docs/nats-api.md", code))
  })
})
