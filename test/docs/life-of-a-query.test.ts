import { readFileSync } from "node:fs"
import * as path from "node:path"
import { afterAll, beforeAll, expect, test } from "vitest"
import { nativeTypeOracle } from "../planner/native-oracle.ts"
import { printedFor } from "./printed.ts"

const PAGE = path.join(import.meta.dirname, "..", "..", "docs", "life-of-a-query.md")

/** ``` `<!-- printed: ast -->` and the fenced block after it ```. */
const PRINTED = /<!-- printed: (?<name>\w+) -->\n```(?<language>\w*)\n(?<text>[\s\S]*?)\n```/g

let oracle: Awaited<ReturnType<typeof nativeTypeOracle>>
beforeAll(async () => {
  oracle = await nativeTypeOracle()
})
afterAll(() => oracle.close())

/** The page is its own snapshot: `npm test -- test/docs -u` prints the blocks anew. */
test("docs/life-of-a-query.md shows what the planner really makes of its statement", async () => {
  const page = readFileSync(PAGE, "utf8")
  const blocks = [...page.matchAll(PRINTED)]
  const sql = blocks.find((block) => block.groups?.["name"] === "statement")?.groups?.["text"]
  if (sql === undefined) throw new Error("the page has no statement")
  const printed = await printedFor(sql, oracle)
  expect(new Set(blocks.map((block) => block.groups?.["name"]))).toEqual(new Set(printed.keys()))
  const now = page.replace(PRINTED, (_, name: string, language: string) => {
    return `<!-- printed: ${name} -->\n\`\`\`${language}\n${printed.get(name) ?? ""}\n\`\`\``
  })
  await expect(now).toMatchFileSnapshot(PAGE)
})
