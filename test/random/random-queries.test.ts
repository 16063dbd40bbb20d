import { describe, expect, test } from "vitest"
import { randomCase, LEANINGS } from "./genes.ts"
import * as fc from "fast-check"
import type { Answer } from "../../bench/oracle/compare.ts"
import { checkQuery } from "./check.ts"
import { hunt, shown } from "./hunt.ts"
import { fixedWorld, type World, worldOf } from "./world.ts"
import { type Written, writeQuery } from "./write-query.ts"

const QUERIES_DEFAULT = 300
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

test("an answer that lacks a row, adds one or has another is found", async () => {
  const world = await fixedWorld("one")
  try {
    const written = { sql: "SELECT seq, label FROM events", unlimited: undefined, keys: [], total: false }
    const limited = { ...written, sql: `${written.sql} LIMIT 3`, unlimited: written.sql }
    const against = async (change: (rows: Answer["rows"]) => Answer["rows"], query: Written) => {
      const changed = async (sql: string) => {
        const answer = await world.native.query(sql)
        return { ...answer, rows: change(answer.rows) }
      }
      return (await checkQuery({ ...world, native: { ...world.native, query: changed } }, query, { partitions: 2 }))
        ._tag
    }
    expect(await against((rows) => rows, written)).toBe("equal")
    expect(await against((rows) => rows.slice(1), written)).toBe("wrong")
    expect(await against((rows) => [...rows, ["1", "e1"]], written)).toBe("wrong")
    expect(await against((rows) => [["1", "other"], ...rows.slice(1)], written)).toBe("wrong")
    expect(await against((rows) => rows, limited)).toBe("equal")
    expect(await against((rows) => rows.slice(1), limited)).toBe("wrong")
    // The limited answer has as many rows, but none of the unlimited one's.
    expect(await against((rows) => rows.map(() => ["1", "other"]), limited)).toBe("wrong")
  } finally {
    await world.close()
  }
})

test("the same seed writes the same query", () => {
  const tables = [{ alias: "t", rows: 5, fields: [{ name: "a", kind: "int" as const }] }]
  const draw = () =>
    fc.sample(randomCase(LEANINGS.even), { seed: 42, numRuns: 5 }).map((each) => writeQuery(each.query, tables).sql)
  expect(draw()).toEqual(draw())
  expect(new Set(draw()).size).toBeGreaterThan(1)
})
