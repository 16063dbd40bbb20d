import { mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import * as path from "node:path"
import { afterAll, afterEach, beforeAll, expect, test } from "vitest"
import { tpchQuery } from "../../bench/harness/queries.ts"
import { difference } from "../../bench/oracle/compare.ts"
import { type Native, openNative } from "../../bench/oracle/native.ts"
import { orderOf } from "../../bench/oracle/order-keys.ts"
import { skeinAnswer } from "../../bench/oracle/skein-answer.ts"
import { generateTpch } from "../../bench/tpch/generate.ts"
import { builtExecutable } from "../binary/built-executable.ts"
import { executableOf } from "../servers/executable.ts"
import { startNatsServer } from "../servers/nats-server.ts"
import { describeWith } from "../servers/needs-server.ts"
import { openCoordinator, together } from "./coordinator.ts"
import { type NodeProcess, startNode } from "./processes.ts"

/** Nodes of other runtimes in one cluster: the same answers, and every one of them works. */

const REPOSITORY = path.resolve(import.meta.dirname, "..", "..")
const BIN = path.join(REPOSITORY, "runtime", "cli", "skein.cjs")

/** The rights that `deno task node` gives, and no others. */
function denoNode(): { file: string; args: readonly string[] } {
  const { tasks } = JSON.parse(readFileSync(path.join(REPOSITORY, "deno.json"), "utf8")) as { tasks: { node: string } }
  const [, ...args] = tasks.node.split(" ")
  return { file: executableOf("deno") ?? "deno", args }
}

let data: string
let native: Native
const open: (() => Promise<void>)[] = []

beforeAll(async () => {
  data = mkdtempSync(path.join(tmpdir(), "skein-mixed-"))
  await generateTpch({ scale: 0.01, format: "parquet", out: data, files: 3, rowGroupRows: 4096 })
  native = await openNative({ threads: 1, dataDir: data })
})

afterEach(async () => {
  for (const close of open.splice(0).toReversed()) await close()
})

afterAll(() => {
  native.close()
  rmSync(data, { recursive: true, force: true })
})

type Program = Parameters<typeof startNode>[3]

async function cluster(programs: Readonly<Record<string, Program>>) {
  const server = await startNatsServer()
  open.push(async () => server[Symbol.asyncDispose]())
  const nodes: NodeProcess[] = await Promise.all(
    Object.entries(programs).map(([name, program]) =>
      startNode(server.url, name, ["--data", `data=${data}`, "--workers", "1"], program),
    ),
  )
  for (const node of nodes) open.push(node.close)
  const coordinator = await openCoordinator(server.url, `data=${data}`)
  open.push(() => coordinator.session.close())
  await together(coordinator, nodes.length + 1)
  return coordinator.session
}

async function expectEqualOn(programs: Readonly<Record<string, Program>>): Promise<void> {
  const session = await cluster(programs)
  const worked = new Set<string>()
  for (const number of [1, 3, 6, 12]) {
    const sql = await tpchQuery(number)
    const { metrics, ...answer } = await skeinAnswer(session, sql, { settings: { joins: "hash" } })
    expect(difference(await native.query(sql), answer, { order: orderOf(sql) })).toBeUndefined()
    expect(metrics.bytesRemote).toBeGreaterThan(0)
    for (const actor of metrics.actors) if (actor.tasks > 0) worked.add(actor.name.split("/")[0] ?? "")
  }
  expect([...worked].toSorted()).toEqual(Object.keys(programs).toSorted())
}

describeWith("nats-server", "nodes of several runtimes", () => {
  describeWith("bun", "with Bun", () => {
    describeWith("deno", "and Deno", () => {
      test("Node, Bun and Deno answer TPC-H 1, 3, 6 and 12 together", async () => {
        await expectEqualOn({
          node: undefined,
          bun: { file: executableOf("bun") ?? "bun", args: [BIN, "node"] },
          deno: denoNode(),
        })
      }, 120_000)
    })

    test("the executable is a node among others", async () => {
      await expectEqualOn({ node: undefined, executable: { file: builtExecutable(), args: ["node"] } })
    }, 120_000)
  })
})
