import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { difference } from "../bench/oracle/compare.ts"
import { orderOf } from "../bench/oracle/order-keys.ts"
import { skeinAnswer } from "../bench/oracle/skein-answer.ts"
import { RULE_NAMES, RULES } from "../planner/optimizer.ts"
import { openSession } from "../runtime/local.ts"
import type { QueryOptions, Session } from "../runtime/session.ts"
import { CORPUS } from "./corpus.ts"
import { type LaidOut, LAYOUTS, layOut } from "./layouts.ts"

const REQUIRED = new Set(RULES.filter((rule) => rule.required).map((rule) => rule.name))

/** Every way a statement is run. None of them may change a row. */
const WAYS: Readonly<Record<string, QueryOptions>> = {
  "1 partition": { partitions: 1 },
  "2 partitions, hash": { partitions: 2, settings: { joins: "hash" } },
  "4 partitions, broadcast": { partitions: 4, settings: { joins: "broadcast" } },
  "8 partitions, hash": { partitions: 8, settings: { joins: "hash" } },
  "rules off": { partitions: 4, settings: { disabledRules: RULE_NAMES.filter((name) => !REQUIRED.has(name)) } },
  "distribution off": { settings: { distribute: false } },
}

/** `npm test` runs each statement in two ways drawn from its text; SKEIN_FULL=1 runs all. */
function waysOf(sql: string): readonly string[] {
  const names = Object.keys(WAYS)
  if (process.env["SKEIN_FULL"] === "1") return names
  let hash = 0
  for (const character of sql) hash = (Math.imul(hash, 31) + character.charCodeAt(0)) >>> 0
  return [names[hash % names.length] ?? "", names[(hash + 3) % names.length] ?? ""]
}

describe.each(LAYOUTS)("layout %s", (layout) => {
  let data: LaidOut
  let session: Session

  beforeAll(async () => {
    data = await layOut(layout)
    session = await openSession({ workers: 2, dataDir: data.dir, cwd: data.dir })
  })

  afterAll(async () => {
    await session.close()
    data.remove()
  })

  test.each(CORPUS)("%s", async (sql) => {
    const expected = await data.native.query(sql)
    for (const way of waysOf(sql)) {
      const actual = await skeinAnswer(session, sql, WAYS[way] ?? {})
      expect(difference(expected, actual, { order: orderOf(sql) }), way).toBeUndefined()
    }
  })
})
