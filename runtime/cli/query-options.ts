import { availableParallelism } from "node:os"
import { statSync } from "node:fs"
import * as path from "node:path"
import type { PlanSettings } from "../session.ts"
import { FORMAT_NAMES, type FormatName } from "../formats/format.ts"
import { WORKERS_MAX } from "../pool/memory.ts"
import { byteCount, oneOf, sizeIn, UsageError, wholeNumber, type Command, type Given, type Option } from "./options.ts"

const PARTITIONS_MAX = 4096

/** The engines of every command that has some. */
export const WORKERS_OPTION: Option = {
  name: "workers",
  value: "N",
  help: `engines, each in a thread of its own, 1 to ${WORKERS_MAX}; by default one a core (here ${workersDefault()})`,
}

export function workersDefault(): number {
  return Math.min(WORKERS_MAX, availableParallelism())
}

/** For every command with engines. */
export const CACHE_OPTION: Option = {
  name: "cache-memory",
  value: "SIZE",
  help: "what each engine keeps of the columns it has read, such as 512MiB; 0 keeps nothing; by default SKEIN_CACHE_MEMORY, or half of the engine's memory",
}

export function cacheBytes(given: Given): number | undefined {
  return byteCount(given, "cache-memory") ?? sizeIn(process.env["SKEIN_CACHE_MEMORY"], "SKEIN_CACHE_MEMORY")
}

/** For every command that runs statements. */
export const WRITE_ROOT_OPTION: Option = {
  name: "write-root",
  value: "DIR",
  help: "COPY … TO writes below this folder, and its paths are relative to it; without it nothing is written",
}

export const queryCommand: Command = {
  name: "skein",
  summary:
    "Skein: SQL over Parquet files, run by isolated DuckDB engines: in this process, behind HTTP and NATS, or in a cluster.",
  usage: [
    'skein -c "SELECT …" [options]',
    "skein -f FILE [options]",
    "skein [options] < FILE",
    "skein COMMAND [options]",
  ],
  groups: [
    {
      title: "What to run",
      options: [
        { name: "command", short: "c", value: "SQL", help: "run these statements, separated by semicolons" },
        { name: "file", short: "f", value: "FILE", help: "run the statements in this file (- is standard input)" },
        {
          name: "init",
          value: "FILE.sql",
          help: "run the statements in this file first; their results are not printed",
        },
        {
          name: "data",
          value: "DIR",
          help: 'where unqualified names are looked for: lineitem is DIR/lineitem.parquet or DIR/lineitem/*.parquet, "part_*" is a glob',
        },
      ],
    },
    {
      title: "Output",
      options: [
        {
          name: "format",
          value: "NAME",
          help: `${FORMAT_NAMES.join(", ")}; by default table on a terminal, csv otherwise`,
        },
        {
          name: "timing",
          help: "print to standard error how long each query took, what it read and moved, and how busy each actor was",
        },
      ],
    },
    {
      title: "How to run it",
      options: [
        WORKERS_OPTION,
        CACHE_OPTION,
        WRITE_ROOT_OPTION,
        {
          name: "partitions",
          value: "N",
          help: `partitions of each hash exchange, 1 to ${PARTITIONS_MAX}; by default as many as the bytes need`,
        },
        {
          name: "joins",
          value: "HOW",
          help: "auto, hash or broadcast: how joins move their inputs; auto goes by the bytes",
        },
        { name: "no-distribute", help: "run all but the scans on one engine" },
        {
          name: "disable-rule",
          value: "NAME",
          many: true,
          help: "leave an optimizer rule out (for testing; may be repeated)",
        },
      ],
    },
    {
      title: "Else",
      options: [
        { name: "version", help: "print the version" },
        { name: "help", short: "h", help: "print this" },
      ],
    },
  ],
  notes: [
    {
      title: "Commands (each has its own --help)",
      lines: [
        "serve   answer over HTTP, or as a NATS service",
        "node    be one node of a cluster that finds itself over NATS",
        "tpch    make the tables of TPC-H",
        "bench   measure against native DuckDB",
      ],
    },
    {
      title: "Examples",
      lines: [
        "skein -c \"SELECT count(*) FROM 'data/**/*.parquet'\"",
        'skein --data sales -c "FROM orders ORDER BY total DESC LIMIT 10"',
        'skein --data sales -c "EXPLAIN SELECT count(*) FROM orders"',
        "skein serve --data sales",
        "skein node --nats nats://127.0.0.1:4222 --data sales --http 127.0.0.1:8080",
        "skein tpch --sf 1 --out data/tpch",
        "skein --data data/tpch -f query.sql --timing",
      ],
    },
    {
      title: "Exit codes",
      lines: ["0 done   1 a query failed   2 wrong usage   3 cannot connect   130 interrupted"],
    },
  ],
}

export interface QueryRun {
  readonly source: { readonly sql: string } | { readonly file: string }
  readonly init: string | undefined
  readonly dataDir: string | undefined
  readonly writeRoot: string | undefined
  readonly cacheBytes: number | undefined
  readonly format: FormatName | undefined
  readonly timing: boolean
  readonly workers: number
  readonly partitions: number | undefined
  readonly settings: PlanSettings
}

export function queryRun(given: Given): QueryRun {
  const [sql, file] = [given.value("command"), given.value("file")]
  if (sql !== undefined && file !== undefined)
    throw new UsageError("-c and -f cannot both be given", "give one of them")
  if (given.operands.length > 0) {
    throw new UsageError(`unexpected argument "${given.operands[0]}"`, 'a query is given as: skein -c "SELECT …"')
  }
  const joins = oneOf(given, "joins", ["auto", "hash", "broadcast"])
  return {
    source: sql === undefined ? { file: file ?? "-" } : { sql },
    init: given.value("init"),
    dataDir: dataDir(given),
    writeRoot: writeRoot(given),
    cacheBytes: cacheBytes(given),
    format: oneOf(given, "format", FORMAT_NAMES),
    timing: given.has("timing"),
    workers: wholeNumber(given, "workers", [1, WORKERS_MAX]) ?? workersDefault(),
    partitions: wholeNumber(given, "partitions", [1, PARTITIONS_MAX]),
    settings: {
      disabledRules: given.values("disable-rule"),
      distribute: !given.has("no-distribute"),
      ...(joins === undefined ? {} : { joins }),
    },
  }
}

export function dataDir(given: Given): string | undefined {
  return folder(given, "data")
}

export function writeRoot(given: Given): string | undefined {
  return folder(given, "write-root")
}

function folder(given: Given, option: string): string | undefined {
  const dir = given.value(option)
  if (dir === undefined) return undefined
  const found = statSync(dir, { throwIfNoEntry: false })
  if (found === undefined) throw new UsageError(`--${option}: there is no folder "${dir}"`)
  if (!found.isDirectory()) throw new UsageError(`--${option}: "${dir}" is not a folder`)
  return path.resolve(dir)
}
