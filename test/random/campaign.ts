import { appendFileSync, existsSync, writeFileSync } from "node:fs"
import { parseArgs } from "node:util"
import type { Verdict } from "./check.ts"
import { hunt, shown, signature } from "./hunt.ts"
import { LEANINGS, type Leaning } from "./genes.ts"
import { type World, worldOf } from "./world.ts"

/**
 * A long campaign of random queries against native DuckDB, which goes on after failures:
 *
 *   node test/random/campaign.ts --queries 10000 --seed 7 [--leaning joins] [--first 0] [--world 2] [--report FILE.md]
 *
 * `--first`, a multiple of QUERIES_PER_WORLD, goes on with a seed. `--world` stays with one of the worlds; otherwise a
 * new one is drawn every QUERIES_PER_WORLD. `--report` adds a line to a table for each world: query n of the seed is
 * drawn by `seed + n`, in world n / QUERIES_PER_WORLD.
 */
const QUERIES_PER_WORLD = 250
/** Failures of one signature that are shrunk and shown. */
const SHOWN_PER_SIGNATURE = 2
const SEED_MAX = 0x3fff_ffff

const { values: options } = parseArgs({
  options: {
    queries: { type: "string", default: "1000" },
    first: { type: "string", default: "0" },
    seed: { type: "string" },
    leaning: { type: "string" },
    world: { type: "string" },
    report: { type: "string" },
    verbose: { type: "boolean", default: false },
  },
})

const begin = Number(options.first)
const total = begin + Number(options.queries)
const seed = options.seed === undefined ? Math.trunc(Math.random() * SEED_MAX) : Number(options.seed)
const leanings: readonly [string, Leaning][] = Object.entries(LEANINGS)
if (options.leaning !== undefined && !Object.hasOwn(LEANINGS, options.leaning)) {
  throw new Error(`there is no leaning "${options.leaning}"; there are: ${Object.keys(LEANINGS).join(", ")}`)
}
const counts = new Map<string, number>()
const sentences = new Map<string, { count: number; sql: string }>()
const signatures = new Map<string, number>()
let rows = 0
let empty = 0

const count = (what: string) => counts.set(what, (counts.get(what) ?? 0) + 1)
const say = (text: string) => process.stdout.write(`${text}\n`)

function isNew(how: string): boolean {
  return (signatures.get(signature(how)) ?? 0) < SHOWN_PER_SIGNATURE
}

async function runOne(world: World, n: number): Promise<void> {
  const [, leaning] = leanings.find(([name]) => name === options.leaning) ??
    leanings[n % leanings.length] ?? ["even", LEANINGS.even]
  const { sql, verdict, finding } = await hunt(world, seed + n, leaning, isNew)
  if (options.verbose) say(`${seed + n} ${verdict._tag} ${sql}`)
  count(verdict._tag)
  if (verdict._tag === "equal") {
    rows += verdict.rows
    if (verdict.rows === 0) empty++
  }
  if ("sentence" in verdict) {
    const key = `${verdict._tag}: ${signature(verdict.sentence)}`
    sentences.set(key, { count: (sentences.get(key)?.count ?? 0) + 1, sql: sentences.get(key)?.sql ?? sql })
  }
  if (finding !== undefined && verdict._tag === "wrong") {
    if (isNew(verdict.how)) say(shown(finding, world))
    signatures.set(signature(verdict.how), (signatures.get(signature(verdict.how)) ?? 0) + 1)
  }
}

const REPORT_HEAD = `# Random queries against native DuckDB

Queries drawn by \`test/random/campaign.ts\`, each answered by Skein (1 to 13 partitions, hash or broadcast joins,
distribution on or off, rules switched off at random) and by native DuckDB on one thread over the same files: same names,
types and rows. Every tenth is a predicate p over some FROM, of which the rows of p, NOT p and p IS NULL must make up the
whole. *Refused by both* are statements that DuckDB does not take either; *native contradicts itself* where it answers otherwise
with its optimizer off, and then as Skein does.

| seed | queries | equal | refused by both | refused by Skein | raised by one | native contradicts itself | different | rows |
| --: | --- | --: | --: | --: | --: | --: | --: | --: |
`

/** What has been counted since the last line. */
function reportLine(first: number, last: number, before: ReadonlyMap<string, number>, rowsBefore: number): string {
  const since = (...tags: readonly Verdict["_tag"][]) =>
    tags.reduce((sum, tag) => sum + (counts.get(tag) ?? 0) - (before.get(tag) ?? 0), 0)
  const figures = [
    since("equal"),
    since("refused by both"),
    since("refused by Skein"),
    since("raised by native", "raised by Skein"),
    since("native contradicts itself"),
    since("wrong"),
    rows - rowsBefore,
  ]
  return `| ${seed} | ${first} to ${last} | ${figures.join(" | ")} |`
}

function report(line: string): void {
  say(line)
  if (options.report === undefined) return
  if (!existsSync(options.report)) writeFileSync(options.report, REPORT_HEAD)
  appendFileSync(options.report, `${line}\n`)
}

say(`seed ${seed}`)
const start = performance.now()
for (let first = begin; first < total; first += QUERIES_PER_WORLD) {
  const world = await worldOf(options.world === undefined ? first / QUERIES_PER_WORLD : Number(options.world), seed)
  const last = Math.min(total, first + QUERIES_PER_WORLD)
  const [before, rowsBefore] = [new Map(counts), rows]
  for (let n = first; n < last; n++) await runOne(world, n)
  await world.close()
  report(reportLine(first, last - 1, before, rowsBefore))
}
const ordered = [...counts].toSorted((a, b) => b[1] - a[1])
say(
  `${total - begin} queries in ${Math.round((performance.now() - start) / 1000)} s: ${ordered.map(([what, n]) => `${n} ${what}`).join(", ")}; ${rows} rows compared, ${empty} answers were empty`,
)
for (const [sentence, { count: n, sql }] of [...sentences].toSorted((a, b) => b[1].count - a[1].count))
  say(`${n}  ${sentence}\n     ${sql}`)
for (const [how, n] of signatures) say(`${n} wrong: ${how}`)
