import { describe, expect, test } from "vitest"
import { randomCase, LEANINGS } from "./genes.ts"
import * as fc from "fast-check"
import { hunt, shown } from "./hunt.ts"
import { type World, worldOf } from "./world.ts"
import { writeQuery } from "./write-query.ts"

const QUERIES_DEFAULT = 150
const SEED_MAX = 0x3fff_ffff
/** Both fixed layouts, and random tables twice. */
const WORLDS = 4
/** A query takes a quarter of a second; one that fails is shrunk for up to a minute. */
const TEST_MS_MAX = 600_000
/** A generator whose queries are mostly refused would find nothing. */
const ANSWERED_SHARE_MIN = 0.6

const total = Number(process.env["SKEIN_QUERIES"] ?? QUERIES_DEFAULT)
const seed = Number(process.env["SKEIN_SEED"] ?? Math.trunc(Math.random() * SEED_MAX))
const leanings = Object.values(LEANINGS)

describe(`random queries answer as native DuckDB does (SKEIN_SEED=${seed})`, () => {
  test.each(Array.from({ length: WORLDS }, (_, n) => n))(
    "world %i",
    async (n) => {
      const count = Math.ceil(total / WORLDS)
      const world = await worldOf(n, seed)
      try {
        const { findings, answered } = await huntMany(world, count, seed + n * count)
        expect(findings.join("\n\n"), `SKEIN_SEED=${seed}; the tables: ${world.recipe}`).toBe("")
        expect(answered / count).toBeGreaterThan(ANSWERED_SHARE_MIN)
      } finally {
        await world.close()
      }
    },
    TEST_MS_MAX,
  )
})

async function huntMany(
  world: World,
  count: number,
  first: number,
): Promise<{ readonly findings: readonly string[]; readonly answered: number }> {
  const findings: string[] = []
  let answered = 0
  for (let n = 0; n < count; n++) {
    const leaning = leanings[n % leanings.length] ?? LEANINGS.even
    const { verdict, finding } = await hunt(world, first + n, leaning, () => findings.length === 0)
    if (verdict._tag === "equal") answered++
    if (finding !== undefined) findings.push(shown(finding, world))
  }
  return { findings, answered }
}

test("the same seed writes the same query", () => {
  const tables = [{ alias: "t", rows: 5, fields: [{ name: "a", kind: "int" as const }] }]
  const draw = () =>
    fc.sample(randomCase(LEANINGS.even), { seed: 42, numRuns: 5 }).map((each) => writeQuery(each.query, tables).sql)
  expect(draw()).toEqual(draw())
  expect(new Set(draw()).size).toBeGreaterThan(1)
})
