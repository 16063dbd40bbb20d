import {
  tableFromArrays,
  tableFromIPC,
  tableToIPC,
  Utf8,
  vectorFromArray,
  Table,
  RecordBatchReader,
} from "apache-arrow"
import { describe, expect, test } from "vitest"
import type { OutputColumn } from "../../planner/physical/stage.ts"
import type { ResultBatch } from "../session.ts"
import { loadFormat, type FormatName } from "./format.ts"

type Row = readonly (string | null)[]

/** A batch as the session hands it out in the form `text`. The engine names columns itself. */
function textBatch(columns: number, rows: readonly Row[]): ResultBatch {
  const vectors = Array.from({ length: columns }, (_, i) =>
    vectorFromArray(
      rows.map((row) => row[i] ?? null),
      new Utf8(),
    ),
  )
  const table = new Table(Object.fromEntries(vectors.map((vector, i) => [`c${i}`, vector])))
  return { ipc: tableToIPC(table, "stream"), rows: rows.length }
}

async function printed(
  name: FormatName,
  columns: readonly OutputColumn[],
  batches: readonly ResultBatch[],
  terminalWidth?: number,
): Promise<Buffer> {
  const chunks: Buffer[] = []
  const sink = {
    write: (chunk: string | Uint8Array) => {
      chunks.push(Buffer.from(chunk))
      return Promise.resolve()
    },
  }
  const writer = (await loadFormat(name)).open({ columns, sink, terminalWidth })
  for (const batch of batches) await writer.batch(batch)
  await writer.end()
  return Buffer.concat(chunks)
}

async function printedText(name: FormatName, columns: readonly OutputColumn[], rows: readonly Row[], width?: number) {
  // In two batches, so that whatever happens between batches is seen.
  const half = Math.ceil(rows.length / 2)
  const parts = [rows.slice(0, half), rows.slice(half)].filter((part) => part.length > 0)
  const batches = parts.map((part) => textBatch(columns.length, part))
  return (await printed(name, columns, batches, width)).toString("utf8")
}

const mixed: readonly OutputColumn[] = [
  { name: "a", type: "INTEGER" },
  { name: "b", type: "VARCHAR" },
  { name: "a", type: "DOUBLE" },
  { name: "d", type: "DATE" },
  { name: "ok", type: "BOOLEAN" },
]
const mixedRows: readonly Row[] = [
  ["1", "x y", "0.5", "2020-01-01", "true"],
  ["-2", 'q"q', "nan", null, "false"],
  [null, "a,b", "-inf", "2020-12-31", null],
  ["4", "", "1e+20", "0001-01-01", "true"],
  ["5", null, "inf", "infinity", "true"],
]

describe("csv", () => {
  test("header, quoting, NULL and the empty text", async () => {
    expect(await printedText("csv", mixed, mixedRows)).toBe(
      [
        "a,b,a,d,ok",
        "1,x y,0.5,2020-01-01,true",
        '-2,"q""q",nan,,false',
        ',"a,b",-inf,2020-12-31,',
        '4,"",1e+20,0001-01-01,true',
        "5,,inf,infinity,true",
        "",
      ].join("\n"),
    )
  })

  test("line ends, apostrophes, tabs and letters beyond ASCII are quoted", async () => {
    const columns = [{ name: 'my "name", é', type: "VARCHAR" }]
    const rows = [["l1\r\nl2"], ["it's"], ["t\tt"], ["漢"], ["plain"]]
    expect(await printedText("csv", columns, rows)).toBe('"my ""name"", é"\n"l1\r\nl2"\n"it\'s"\n"t\tt"\n"漢"\nplain\n')
  })

  test("no rows: the header alone", async () => {
    expect(await printedText("csv", mixed, [])).toBe("a,b,a,d,ok\n")
  })
})

describe("json", () => {
  test("numbers as their digits, what JSON has no number for, NULL", async () => {
    expect(await printedText("json", mixed, mixedRows)).toBe(
      [
        '[{"a":1,"b":"x y","a":0.5,"d":"2020-01-01","ok":true},',
        '{"a":-2,"b":"q\\"q","a":null,"d":null,"ok":false},',
        '{"a":null,"b":"a,b","a":-1e999,"d":"2020-12-31","ok":null},',
        '{"a":4,"b":"","a":1e+20,"d":"0001-01-01","ok":true},',
        '{"a":5,"b":null,"a":1e999,"d":"infinity","ok":true}]',
        "",
      ].join("\n"),
    )
  })

  test("nested values are DuckDB's text, JSON stays JSON, large numbers keep their digits", async () => {
    const columns = [
      { name: "l", type: "INTEGER[]" },
      { name: "j", type: "JSON" },
      { name: "h", type: "HUGEINT" },
      { name: "d", type: "DECIMAL(38,10)" },
    ]
    const rows = [["[1, 2]", '{"a":[1]}', "170141183460469231731687303715884105727", "0.0000000001"]]
    expect(await printedText("json", columns, rows)).toBe(
      '[{"l":"[1, 2]","j":{"a":[1]},"h":170141183460469231731687303715884105727,"d":0.0000000001}]\n',
    )
  })

  test("a decimal without whole digits is a number all the same", async () => {
    const columns = [{ name: "d", type: "DECIMAL(2,2)" }]
    const text = await printedText("json", columns, [[".50"], ["-.05"], ["0.00"]])
    expect(text).toBe('[{"d":0.50},\n{"d":-0.05},\n{"d":0.00}]\n')
    expect(JSON.parse(text)).toEqual([{ d: 0.5 }, { d: -0.05 }, { d: 0 }])
  })

  test("no rows: an empty array", async () => {
    expect(await printedText("json", mixed, [])).toBe("[]\n")
  })

  test("control characters are escaped", async () => {
    const text = await printedText("json", [{ name: "s", type: "VARCHAR" }], [["\u0001\b\f\n\u001b[31m"]])
    expect(text).toBe('[{"s":"\\u0001\\b\\f\\n\\u001b[31m"}]\n')
  })
})

test("ndjson: one object a line, nothing for no rows", async () => {
  const columns = [{ name: "a", type: "BIGINT" }]
  expect(await printedText("ndjson", columns, [["1"], [null], ["3"]])).toBe('{"a":1}\n{"a":null}\n{"a":3}\n')
  expect(await printedText("ndjson", columns, [])).toBe("")
})

describe("table", () => {
  const pair: readonly OutputColumn[] = [
    { name: "a", type: "BIGINT" },
    { name: "b", type: "VARCHAR" },
  ]

  test("types below names, figures to the right, NULL shown", async () => {
    expect(`\n${await printedText("table", mixed, mixedRows)}`).toBe(`
┌───────┬─────────┬────────┬────────────┬─────────┐
│   a   │    b    │   a    │     d      │   ok    │
│ int32 │ varchar │ double │    date    │ boolean │
├───────┼─────────┼────────┼────────────┼─────────┤
│     1 │ x y     │    0.5 │ 2020-01-01 │ true    │
│    -2 │ q"q     │    nan │ NULL       │ false   │
│  NULL │ a,b     │   -inf │ 2020-12-31 │ NULL    │
│     4 │         │  1e+20 │ 0001-01-01 │ true    │
│     5 │ NULL    │    inf │ infinity   │ true    │
└───────┴─────────┴────────┴────────────┴─────────┘
`)
  })

  test("44 rows: 20, a gap, 20, and the counts", async () => {
    const rows = Array.from({ length: 44 }, (_, i) => [String(i), `row ${i}`])
    const lines = (await printedText("table", pair, rows)).split("\n")
    expect(lines).toHaveLength(4 + 20 + 3 + 20 + 4 + 1)
    expect(lines.slice(22, 29)).toEqual([
      "│    18 │ row 18  │",
      "│    19 │ row 19  │",
      "│     · │   ·     │",
      "│     · │   ·     │",
      "│     · │   ·     │",
      "│    24 │ row 24  │",
      "│    25 │ row 25  │",
    ])
    expect(lines.slice(-6)).toEqual([
      "│    43 │ row 43  │",
      "├───────┴─────────┤",
      "│     44 rows     │",
      "│   (40 shown)    │",
      "└─────────────────┘",
      "",
    ])
  })

  test("43 rows are all shown; a count of columns where there is room", async () => {
    const four = [...pair, ...pair]
    const rows = Array.from({ length: 43 }, (_, i) => [String(i), "x", "1", "y"])
    const lines = (await printedText("table", four, rows)).split("\n")
    expect(lines.at(-3)).toBe("│ 43 rows                 4 columns │")
    expect(lines).toHaveLength(4 + 43 + 3 + 1)
  })

  test("no rows", async () => {
    expect(`\n${await printedText("table", pair, [])}`).toBe(`
┌───────┬─────────┐
│   a   │    b    │
│ int64 │ varchar │
├───────┴─────────┤
│     0 rows      │
└─────────────────┘
`)
  })

  test("no rows of one narrow column: the box is as wide as its footer", async () => {
    expect(`\n${await printedText("table", [{ name: "a", type: "INTEGER" }], [])}`).toBe(`
┌────────┐
│   a    │
│ int32  │
├────────┤
│ 0 rows │
└────────┘
`)
  })

  test("no columns", async () => {
    expect(await printedText("table", [], [])).toBe("┌┐\n││\n││\n└┘\n")
  })

  test("wide letters, combining marks, emoji; control characters and direction marks are escaped", async () => {
    const columns = [{ name: "te\txt", type: "VARCHAR" }]
    const rows = [["漢字"], ["e\u0301"], ["😀"], ["a\u001b[31mb\n"], ["\u009b2J\u202egnp"]]
    expect(`\n${await printedText("table", columns, rows)}`).toBe(`
┌─────────────────┐
│     te\\txt      │
│     varchar     │
├─────────────────┤
│ 漢字            │
│ é               │
│ 😀              │
│ a\\e[31mb\\n      │
│ \\x9b2J\\u202egnp │
└─────────────────┘
`)
  })

  test("on a terminal a single row of figures is centred, large ones with a rounded reading", async () => {
    const columns = [
      { name: "a", type: "BIGINT" },
      { name: "b", type: "DECIMAL(8,1)" },
    ]
    expect(`\n${await printedText("table", columns, [["15000000", "1234567.5"]], 80)}`).toBe(`
┌─────────────────┬────────────────┐
│        a        │       b        │
│      int64      │  decimal(8,1)  │
├─────────────────┼────────────────┤
│    15000000     │   1234567.5    │
│ (15.00 million) │ (1.23 million) │
└─────────────────┴────────────────┘
`)
  })

  test("a terminal too narrow: wide columns are cut, then those in the middle left out", async () => {
    const columns = [
      { name: "a", type: "VARCHAR" },
      { name: "b", type: "VARCHAR" },
      { name: "c", type: "VARCHAR" },
      { name: "d", type: "DATE" },
      { name: "e", type: "DECIMAL(2,1)" },
    ]
    const row = ["abc", "lorem ipsum ".repeat(20), "dolor sit ".repeat(3), "2020-01-01", "1.5"]
    expect(`\n${await printedText("table", columns, [row], 80)}`).toBe(`
┌─────────┬──────────────────────┬───┬────────────┬──────────────┐
│    a    │          b           │ … │     d      │      e       │
│ varchar │       varchar        │   │    date    │ decimal(2,1) │
├─────────┼──────────────────────┼───┼────────────┼──────────────┤
│ abc     │ lorem ipsum lorem …  │ … │ 2020-01-01 │     1.5      │
├─────────┴──────────────────────┴───┴────────────┴──────────────┤
│ 1 rows                                     5 columns (4 shown) │
└────────────────────────────────────────────────────────────────┘
`)
  })
})

describe("arrow", () => {
  const columns: readonly OutputColumn[] = [
    { name: "k", type: "INTEGER" },
    { name: "s", type: "VARCHAR" },
  ]
  const batch = (k: readonly number[], s: readonly (string | null)[]): ResultBatch => {
    const table = tableFromArrays({ c0: Int32Array.from(k) })
    const both = new Table({ c0: table.getChild("c0") ?? vectorFromArray([]), c1: vectorFromArray([...s], new Utf8()) })
    return { ipc: tableToIPC(both, "stream"), rows: k.length }
  }

  test("many streams become one, with the query's names", async () => {
    const bytes = await printed("arrow", columns, [batch([1, 2], ["x", null]), batch([], []), batch([3], ["漢"])])
    const batches = [...RecordBatchReader.from(new Uint8Array(bytes))]
    expect(batches.map((each) => each.numRows)).toEqual([2, 1])
    const table = tableFromIPC(new Uint8Array(bytes))
    expect(table.schema.fields.map((field) => `${field.name} ${field.type}`)).toEqual(["k Int32", "s Utf8"])
    expect([...(table.getChildAt(0) ?? [])]).toEqual([1, 2, 3])
    expect([...(table.getChildAt(1) ?? [])]).toEqual(["x", null, "漢"])
  })

  test("two columns of one name keep it", async () => {
    const twice = columns.map((column) => ({ ...column, name: "k" }))
    const bytes = await printed("arrow", twice, [batch([1], ["x"])])
    const { schema } = RecordBatchReader.from(new Uint8Array(bytes)).open()
    expect(schema.fields.map((field) => `${field.name} ${field.type}`)).toEqual(["k Int32", "k Utf8"])
  })

  test("shared memory is read as well", async () => {
    const { ipc, rows } = batch([7], ["shared"])
    const shared = new Uint8Array(new SharedArrayBuffer(ipc.length))
    shared.set(ipc)
    const bytes = await printed("arrow", columns, [{ ipc: shared, rows }])
    expect(tableFromIPC(new Uint8Array(bytes)).getChildAt(1)?.get(0)).toBe("shared")
  })

  test("no rows and no batch: a stream that has the schema", async () => {
    const types = ["INTEGER", "VARCHAR", "DECIMAL(15,2)", "DATE", "TIMESTAMP", "BIGINT[]", "DOUBLE", "HUGEINT", "BLOB"]
    const bytes = await printed(
      "arrow",
      types.map((type, i) => ({ name: `c${i}`, type })),
      [],
    )
    const table = tableFromIPC(new Uint8Array(bytes))
    expect(table.numRows).toBe(0)
    expect(table.schema.fields.map((field) => String(field.type))).toEqual([
      "Int32",
      "Utf8",
      "Decimal[15e+2]",
      "Date32<DAY>",
      "Timestamp<MICROSECOND>",
      "List<Int64>",
      "Float64",
      "Decimal[38e0]",
      "Binary",
    ])
  })
})
