import { availableParallelism } from "node:os"
import { EXIT_DONE } from "./exit.ts"
import { helpText } from "./help.ts"
import { interruptible } from "./interrupt.ts"
import { oneOf, parseOptions, positiveNumber, UsageError, wholeNumber, type Command, type Given } from "./options.ts"
import { complain, standardOutput } from "./output.ts"
import { progressBar } from "./progress-bar.ts"
import { bytes, grouped, ms, table } from "./timing.ts"

const FILES_MAX = 10_000
const THREADS_MAX = 256
const ROW_GROUP_ROWS_MAX = 10_000_000
const TABLES = ["region", "nation", "supplier", "customer", "part", "partsupp", "orders", "lineitem"] as const
const FORMATS = ["parquet", "csv", "tbl"] as const

export const tpchCommand: Command = {
  name: "skein tpch",
  summary: "Makes the tables of TPC-H, bit for bit those of the official generator.",
  usage: ["skein tpch --sf N --out DIR [options]"],
  groups: [
    {
      title: "Options",
      options: [
        { name: "sf", value: "N", help: "the scale factor: 1 is about 1 GB of text; fractions work (default 1)" },
        { name: "out", value: "DIR", help: "where the files go; made when missing" },
        { name: "format", value: "NAME", help: `${FORMATS.join(", ")} (default parquet)` },
        {
          name: "files",
          value: "N",
          help: `split each table into N files, 1 to ${FILES_MAX}: DIR/lineitem/part-0.parquet and so on`,
        },
        {
          name: "row-group-rows",
          value: "N",
          help: `rows of a Parquet row group, 1 to ${ROW_GROUP_ROWS_MAX} (default 122880)`,
        },
        { name: "tables", value: "a,b", help: "only these tables" },
        {
          name: "threads",
          value: "N",
          help: `threads, 1 to ${THREADS_MAX} (default: the cores, here ${availableParallelism()})`,
        },
        { name: "help", short: "h", help: "print this" },
      ],
    },
  ],
  notes: [
    { title: "Example", lines: ["skein tpch --sf 0.1 --out data/tpch && skein --data data/tpch -c 'FROM nation'"] },
  ],
}

/** `skein tpch`: generates the tables, with a progress bar on a terminal. */
export async function runTpch(args: readonly string[]): Promise<number> {
  const given = parseOptions(tpchCommand, args)
  const output = standardOutput()
  if (given.has("help")) {
    await output.write(helpText(tpchCommand))
    return EXIT_DONE
  }
  const options = tpchOptions(given)
  const { generateTpch } = await import("../../bench/tpch/generate.ts")
  return interruptible(async (signal) => {
    const bar = progressBar("rows")
    try {
      const onProgress = (p: { rows: number; totalRows: number; bytes: number }): void =>
        bar.show(p.rows, p.totalRows, `${bytes(p.bytes)} written`)
      const report = await generateTpch({ ...options, onProgress, signal })
      bar.clear()
      const rows = report.tables.map((each) => [
        each.name,
        grouped(each.rows),
        bytes(each.bytes),
        String(each.files.length),
      ])
      for (const line of table(["table", "rows", "size", "files"], rows, 1)) complain(line)
      complain(`made in ${ms(report.ms)}`)
      return EXIT_DONE
    } finally {
      bar.clear()
    }
  })
}

function tpchOptions(given: Given) {
  if (given.operands.length > 0) throw new UsageError(`unexpected argument "${given.operands[0]}"`)
  const out = given.value("out")
  if (out === undefined) throw new UsageError("--out DIR is missing", "say where the files shall go")
  const files = wholeNumber(given, "files", [1, FILES_MAX])
  const rowGroupRows = wholeNumber(given, "row-group-rows", [1, ROW_GROUP_ROWS_MAX])
  const threads = wholeNumber(given, "threads", [1, THREADS_MAX])
  const tables = tableNames(given)
  return {
    scale: positiveNumber(given, "sf") ?? 1,
    format: oneOf(given, "format", FORMATS) ?? "parquet",
    out,
    ...(files === undefined ? {} : { files }),
    ...(rowGroupRows === undefined ? {} : { rowGroupRows }),
    ...(threads === undefined ? {} : { threads }),
    ...(tables === undefined ? {} : { tables }),
  }
}

function tableNames(given: Given): readonly (typeof TABLES)[number][] | undefined {
  const text = given.value("tables")
  if (text === undefined) return undefined
  return text.split(",").map((name) => {
    const found = TABLES.find((each) => each === name.trim())
    if (found === undefined)
      throw new UsageError(`--tables: TPC-H has no table "${name}"`, `it has ${TABLES.join(", ")}`)
    return found
  })
}
