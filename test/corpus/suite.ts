import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { openSession } from "../../runtime/local.ts"
import type { Session } from "../../runtime/session.ts"
import { type LaidOut, type Layout, layOut } from "../layouts.ts"
import { expectedOf, problemOf } from "./check.ts"
import { corpusStatements } from "./statements.ts"
import { CORPUS_TABLES } from "./tables.ts"
import { drawnWay, WAYS } from "./ways.ts"

/** Every statement over one layout, each in one way drawn from its text. `npm run test:full` runs all ways. */
export function testCorpus(layout: Layout): void {
  let data: LaidOut
  let session: Session
  beforeAll(async () => {
    data = await layOut(layout, CORPUS_TABLES)
    session = await openSession({ workers: 2, dataDir: data.dir, cwd: data.dir })
  })
  afterAll(async () => {
    await session.close()
    data.remove()
  })

  const topics = Map.groupBy(corpusStatements(), (statement) => statement.topic)
  describe.each([...topics.keys()])("%s", (topic) => {
    test.each(topics.get(topic) ?? [])("line $line: $sql", async (statement) => {
      const way = drawnWay(statement.sql, layout)
      const expected = await expectedOf(statement, data.native)
      const problem = await problemOf(statement, expected, session, WAYS.get(way) ?? {})
      expect(problem, way).toBeUndefined()
    })
  })
}
