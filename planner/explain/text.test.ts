import { describe, expect, test } from "vitest"
import type { Stage, StageInput, StagePlan } from "../physical/stage.ts"
import { explainJson } from "./json.ts"
import { explainText } from "./text.ts"
import { textWidth } from "./text-width.ts"

function stage(id: number, title: string, inputs: readonly StageInput[], more: Partial<Stage> = {}): Stage {
  return {
    id,
    title,
    inputs,
    sql: `SELECT *\nFROM t${id}`,
    columns: [],
    tasks: { _tag: "partitions" },
    output: { _tag: "single" },
    volatile: false,
    isOrdered: true,
    gatheredBecause: undefined,
    columnNames: {},
    tree: [],
    ...more,
  }
}

function exchange(from: number, mode: "hash" | "broadcast" | "gather"): StageInput {
  return { _tag: "exchange", table: `e${from}`, stage: from, mode, columns: [] }
}

function scan(table: string, columns: readonly string[]): StageInput {
  const typed = columns.map((name) => ({ name, sourceName: name, type: "BIGINT" }))
  const pruning = [{ column: columns[0] ?? "", op: "<", values: ["10"] } as const]
  return { _tag: "scan", table, source: table, columns: typed, pruning, limit: undefined }
}

const hash = { _tag: "hash", partitions: 4 } as const

const join: StagePlan = {
  partitions: 4,
  output: [],
  stages: [
    stage(1, "scan customer", [scan("customer", ["c_custkey"])], {
      tasks: { _tag: "splits" },
      tree: ["Filter c_custkey < 10", "  Scan customer"],
    }),
    stage(2, "join orders", [scan("orders", ["o_custkey", "o_totalprice"]), exchange(1, "broadcast")], {
      tasks: { _tag: "splits" },
      output: hash,
      tree: ["Join inner on o_custkey = c_custkey", "  Scan orders"],
    }),
    stage(3, "scan lineitem", [scan("lineitem", ["l_orderkey"])], { tasks: { _tag: "splits" }, output: hash }),
    stage(4, "join", [exchange(2, "hash"), exchange(3, "hash")], {
      tree: ["Join left on l_orderkey = o_orderkey", "  read e2 (hash)", "  read e3 (hash)"],
    }),
    stage(5, "result", [exchange(4, "gather")], {
      tasks: { _tag: "single" },
      tree: ["Sort l_orderkey"],
      gatheredBecause: "ORDER BY needs one order over all rows",
    }),
  ],
}

/** A stage that two others read, and one that no other reads but the join. */
const diamond: StagePlan = {
  partitions: 4,
  output: [],
  stages: [
    stage(1, "scan a", [scan("a", ["x"])], { tasks: { _tag: "splits" }, output: hash }),
    stage(2, "left", [exchange(1, "hash")], { output: hash }),
    stage(3, "right", [exchange(1, "hash")], { output: hash }),
    stage(4, "scan b", [scan("b", ["y"])], { tasks: { _tag: "splits" } }),
    stage(5, "join", [exchange(2, "hash"), exchange(3, "hash"), exchange(4, "broadcast")], { volatile: true }),
  ],
}

describe("explainText", () => {
  test("a chain goes straight down, a side input is a branch", () => {
    expect(`\n${explainText(join, { width: 80 })}\n`).toMatchInlineSnapshot(`
      "
      ┌── Stage 5 · result ───────────────────────────────── 1 task ─┐
      │ Sort l_orderkey                                              │
      │ on one engine because ORDER BY needs one order over all rows │
      └─┬────────────────────────────────────────────────────────────┘
        │ gather
      ┌─┴ Stage 4 · join ───────────────── 4 tasks, one a partition ─┐
      │ Join left on l_orderkey = o_orderkey                         │
      │   read stage 2 (hash)                                        │
      │   read stage 3 (hash)                                        │
      └─┬────────────────────────────────────────────────────────────┘
        │ hash(4)
        │ ┌── Stage 3 · scan lineitem ───────────── tasks by splits ─┐
        ├─┤ row groups where l_orderkey < 10                         │
        │ └──────────────────────────────────────────────────────────┘
        │ hash(4)
      ┌─┴ Stage 2 · join orders ─────────────────── tasks by splits ─┐
      │ Join inner on o_custkey = c_custkey                          │
      │   Scan orders                                                │
      │ row groups where o_custkey < 10                              │
      └─┬────────────────────────────────────────────────────────────┘
        │ broadcast
      ┌─┴ Stage 1 · scan customer ───────────────── tasks by splits ─┐
      │ Filter c_custkey < 10                                        │
      │   Scan customer                                              │
      │ row groups where c_custkey < 10                              │
      └──────────────────────────────────────────────────────────────┘
      "
    `)
  })

  test("a stage read twice is drawn once", () => {
    expect(`\n${explainText(diamond, { width: 80 })}\n`).toMatchInlineSnapshot(`
      "
      ┌── Stage 5 · join ─────── 4 tasks, one a partition ─┐
      │ volatile: another attempt may give other rows      │
      └─┬──────────────────────────────────────────────────┘
        │ broadcast
        │ ┌── Stage 4 · scan b ────────── tasks by splits ─┐
        ├─┤ row groups where y < 10                        │
        │ └────────────────────────────────────────────────┘
        │ hash(4)
        │ ┌── Stage 2 · left ─── 4 tasks, one a partition ─┐
        ├─┤                                                │
        │ └─┬──────────────────────────────────────────────┘
        │   │ hash(4)
        │ ┌─┴ Stage 1 · scan a ────────── tasks by splits ─┐
        │ │ row groups where x < 10                        │
        │ └────────────────────────────────────────────────┘
        │ hash(4)
      ┌─┴ Stage 3 · right ────── 4 tasks, one a partition ─┐
      │                                                    │
      └─┬──────────────────────────────────────────────────┘
        │ hash(4)
        └── Stage 1, drawn above
      "
    `)
  })

  test("VERBOSE adds the SQL, ANALYZE what was counted", () => {
    const one: StagePlan = { ...join, stages: join.stages.slice(0, 1) }
    const actual = { stage: 1, tasks: 3, rowsIn: 6001215, rowsOut: 4, bytesOut: 1234, busyMs: 311.4 }
    expect(`\n${explainText(one, { verbose: true, actuals: [actual] })}\n`).toMatchInlineSnapshot(`
      "
      ┌── Stage 1 · scan customer ───────────────────── 3 tasks ─┐
      │ Filter c_custkey < 10                                    │
      │   Scan customer                                          │
      │ row groups where c_custkey < 10                          │
      │ rows in 6,001,215, out 4 · 1,234 bytes out · busy 311 ms │
      │ sql:                                                     │
      │   SELECT *                                               │
      │   FROM t1                                                │
      └──────────────────────────────────────────────────────────┘
      "
    `)
  })

  test("no line is wider than asked for, and long ones are wrapped", () => {
    const tree = [`Aggregate by ${Array.from({ length: 40 }, (_, i) => `column_${i}`).join(", ")}`, "  Scan 漢字漢字"]
    const wide: StagePlan = {
      ...join,
      stages: [stage(1, "a title that is longer than its box ".repeat(4), [], { tree })],
    }
    for (const width of [44, 60, 80, 120]) {
      const lines = explainText(wide, { width }).split("\n")
      expect(new Set(lines.map(textWidth))).toEqual(new Set([width]))
      expect(lines.join("").match(/column_\d+/gu)).toHaveLength(40)
    }
  })

  test("more than four constants of an IN list are counted", () => {
    const input: StageInput = {
      _tag: "scan",
      table: "t",
      source: "t",
      columns: [],
      pruning: [
        { column: "a", op: "in", values: ["1", "2", "3", "4", "5", "6"] },
        { column: "b", op: "is not null", values: [] },
      ],
      limit: 12345,
    }
    const text = explainText({ ...join, stages: [stage(1, "scan", [input])] })
    expect(text).toContain("row groups where a IN (1, 2, 3, 4, 2 more) AND b IS NOT NULL")
    expect(text).toContain("stops after 12,345 rows")
  })
})

test("explainJson names every stage, its inputs and columns", () => {
  const json: unknown = JSON.parse(explainJson({ ...join, stages: join.stages.slice(0, 2) }))
  expect(json).toMatchObject({
    partitions: 4,
    stages: [
      { stage: 1, title: "scan customer", tasks: "splits", inputs: [{ kind: "scan", columns: ["c_custkey"] }] },
      {
        stage: 2,
        output: { kind: "hash", partitions: 4 },
        inputs: [{ kind: "scan" }, { kind: "exchange", stage: 1, mode: "broadcast" }],
        sql: "SELECT *\nFROM t2",
      },
    ],
  })
})
