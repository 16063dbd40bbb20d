import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, afterEach, beforeAll, expect, test, vi } from "vitest"
import { skeinAnswer } from "../../bench/oracle/skein-answer.ts"
import { generateTpch } from "../../bench/tpch/generate.ts"
import type { TestNode } from "./testing/nodes.ts"
import { leftovers, NOTHING_LEFT, TestCluster } from "./testing/nodes.ts"

/** Nodes that take each other for lost although they are there: one stood still for longer than its heartbeats may be missing. */

const LONG = "SELECT count(*) FROM lineitem a JOIN lineitem b ON a.l_linenumber = b.l_linenumber"
/** What it gives, at once. */
const SAME = "SELECT sum(n * n)::BIGINT FROM (SELECT count(*) AS n FROM lineitem GROUP BY l_linenumber)"

let data: string
let cluster: TestCluster

beforeAll(async () => {
  data = mkdtempSync(join(tmpdir(), "skein-given-up-"))
  await generateTpch({ scale: 0.01, format: "parquet", out: data, files: 3, rowGroupRows: 4096 })
})
afterEach(() => cluster.close())
afterAll(() => rmSync(data, { recursive: true, force: true }))

async function open() {
  cluster = new TestCluster()
  const coordinator = await cluster.open("a", { data: `data=${data}`, roles: ["coordinator"] })
  const silent = await cluster.open("b", { data: `data=${data}`, roles: ["worker"] })
  await cluster.open("c", { data: `data=${data}`, roles: ["worker"] })
  await cluster.together(3)
  return { coordinator, silent }
}

const started = (node: TestNode) => vi.waitFor(() => expect(node.counts().guests).toBe(1), { timeout: 20_000 })

async function expectNothingLeft(): Promise<void> {
  await vi.waitFor(() => expect(cluster.nodes.map(leftovers)).toEqual(cluster.nodes.map(() => NOTHING_LEFT)), {
    timeout: 15_000,
  })
}

test("a worker that has given up its coordinator: what it stopped is run again, also there, and the query ends", async () => {
  const { coordinator, silent } = await open()
  const lost: string[] = []
  coordinator.presence.watch((event) => {
    if (event._tag === "Lost") lost.push(event.reason)
  })
  const reading = skeinAnswer(coordinator.session, LONG)
  await started(silent)
  silent.presence.gone("a")
  const { rows } = await reading
  expect(rows).toEqual((await skeinAnswer(coordinator.session, SAME)).rows)
  expect(lost).toEqual(["node b has given this node up for lost"])
  await expectNothingLeft()
})

test("a coordinator that has given up a worker: what the worker still has of its query goes when it is heard again", async () => {
  const { coordinator, silent } = await open()
  const abort = new AbortController()
  const reading = skeinAnswer(coordinator.session, LONG, { signal: abort.signal })
  await started(silent)
  silent.silence(true)
  coordinator.presence.gone("b")
  abort.abort()
  await expect(reading).rejects.toMatchObject({ _tag: "Cancelled" })
  await vi.waitFor(() => expect(leftovers(coordinator)).toEqual(NOTHING_LEFT), { timeout: 15_000 })
  silent.silence(false)
  await expectNothingLeft()
  expect((await skeinAnswer(coordinator.session, "SELECT count(*) FROM lineitem")).rows).toEqual([["60175"]])
})
