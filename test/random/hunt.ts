import * as fc from "fast-check"
import { checkPartition, checkQuery, type Verdict } from "./check.ts"
import {
  type Case,
  type Leaning,
  optionsOf,
  type PartitionCase,
  randomCase,
  randomPartition,
  type WayGene,
} from "./genes.ts"
import type { World } from "./world.ts"
import { writePartition, writeQuery } from "./write-query.ts"

/** Of so many queries one is a predicate that cuts a FROM in three. */
const PARTITION_EVERY = 10
/** Shrinking one failure ends after this. */
const SHRINK_MS_MAX = 45_000

export interface Finding {
  readonly seed: number
  readonly sql: string
  readonly way: WayGene
  readonly how: string
}

export interface Outcome {
  readonly sql: string
  readonly verdict: Verdict
  /** The smallest query that fails, when the verdict is `wrong` and it was looked for. */
  readonly finding: Finding | undefined
}

interface Trial {
  readonly sql: string
  readonly way: WayGene
  readonly verdict: Verdict
}

interface Kind<T> {
  readonly arbitrary: fc.Arbitrary<T>
  readonly run: (world: World, value: T) => Promise<Trial>
}

function queries(leaning: Leaning): Kind<Case> {
  return {
    arbitrary: randomCase(leaning),
    run: async (world, { query, way }) => {
      const written = writeQuery(query, world.tables)
      return { sql: written.sql, way, verdict: await checkQuery(world, written, optionsOf(way)) }
    },
  }
}

function partitions(leaning: Leaning): Kind<PartitionCase> {
  return {
    arbitrary: randomPartition(leaning),
    run: async (world, value) => {
      const { from, predicate } = writePartition(value, world.tables)
      const verdict = await checkPartition(world, from, predicate, optionsOf(value.way))
      return { sql: `SELECT * FROM ${from} WHERE [NOT] ${predicate} [IS NULL]`, way: value.way, verdict }
    },
  }
}

/**
 * Draws one query by its seed and checks it; a failure that `isNew` is shrunk. The seed, the leaning and the world's
 * tables make the same query again.
 */
export async function hunt(
  world: World,
  seed: number,
  leaning: Leaning,
  isNew: (how: string) => boolean = () => true,
): Promise<Outcome> {
  return seed % PARTITION_EVERY === 0
    ? huntOne(world, seed, partitions(leaning), isNew)
    : huntOne(world, seed, queries(leaning), isNew)
}

async function huntOne<T>(
  world: World,
  seed: number,
  { arbitrary, run }: Kind<T>,
  isNew: (how: string) => boolean,
): Promise<Outcome> {
  const [value] = fc.sample(arbitrary, { seed, numRuns: 1 })
  if (value === undefined) throw new Error("fast-check drew nothing")
  const { sql, verdict, way } = await run(world, value)
  if (verdict._tag !== "wrong") return { sql, verdict, finding: undefined }
  let smallest: Finding = { seed, sql, way, how: verdict.how }
  if (isNew(verdict.how)) {
    const property = fc.asyncProperty(arbitrary, async (each) => {
      const trial = await run(world, each)
      // Another failure is another finding: shrinking stays with this one.
      if (trial.verdict._tag !== "wrong" || signature(trial.verdict.how) !== signature(verdict.how)) return
      smallest = { seed, sql: trial.sql, way: trial.way, how: trial.verdict.how }
      throw new Error(trial.verdict.how)
    })
    await fc.check(property, { seed, numRuns: 1, interruptAfterTimeLimit: SHRINK_MS_MAX, markInterruptAsFailure: true })
  }
  return { sql, verdict, finding: smallest }
}

const SIGNATURE_CHARACTERS = 60

/** Failures of one cause read alike once names, numbers and rows are taken out. */
export function signature(how: string): string {
  if (/^(expected \d+ rows?, found|rows differ|row \d|the rows are right|a row that|the three parts)/u.test(how))
    return "other rows"
  if (how.startsWith("columns differ")) return "other columns"
  const text = how.replace(/^native answers \d+ rows, /u, "").split("\n")[0] ?? ""
  const bare = text.replaceAll(/"[^"]*"|'[^']*'|\([^)]*\)/gu, "_").replaceAll(/-?\d+(\.\d+)?/gu, "#")
  return bare.slice(0, SIGNATURE_CHARACTERS)
}

export function shown({ seed, sql, way, how }: Finding, world: World): string {
  return [
    `seed ${seed}, ${world.name}`,
    sql,
    `partitions ${way.partitions}, joins ${way.joins}, distribute ${way.distribute}, rules off: ${way.disabledRules.join(", ") || "none"}`,
    how,
  ].join("\n  ")
}
