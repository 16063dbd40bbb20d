import { basename } from "node:path"
import { crc32 } from "node:zlib"
import type { SourceTable, Split } from "../../actors/sources/source.ts"

/**
 * Neighbouring row groups of a file have one home, so that a file has at most so many: where the order of rows matters
 * each run of splits with one home is a task.
 */
const STRIPES_A_FILE_MAX = 32

/** How much more than its share of a table's rows an engine is home to. */
const LOAD_SLACK = 1.1

/** The engines, of all nodes, that may read a file. */
export type EnginesFor = (file: string) => readonly string[]

/** The engine that should read the split, and then has it; undefined: no engine may. */
export type HomeOf = (split: Split) => string | undefined

interface Stripe {
  readonly file: string
  readonly first: number
  rows: number
}

/**
 * Every stripe of a table goes to the engine whose hash with the stripe is the highest (rendezvous hashing), as long as
 * that engine has not more than its share: an engine that joins takes some stripes from each, and the others stay. Goes by
 * the whole table, whatever a query needs of it, and by what the files hold, so any coordinator finds the same.
 */
export function homesOf(table: SourceTable, enginesFor: EnginesFor): HomeOf {
  const all = table.splits([], []).splits
  const widths = stripeWidths(all)
  const stripes = stripesOf(all, widths)
  const rows = all.reduce((sum, split) => sum + split.rows, 0)
  const loads = new Map<string, number>()
  const homes = new Map<string, string>()
  for (const [name, stripe] of stripes) {
    const engines = enginesFor(stripe.file)
    const home = homeOf(contentOf(table, stripe), stripe.rows, engines, loads, (rows / engines.length) * LOAD_SLACK)
    if (home === undefined) continue
    homes.set(name, home)
    loads.set(home, (loads.get(home) ?? 0) + stripe.rows)
  }
  return (split) => homes.get(stripeName(split, widths))
}

function homeOf(
  content: string,
  rows: number,
  engines: readonly string[],
  loads: ReadonlyMap<string, number>,
  rowsMax: number,
): string | undefined {
  const key = crc32(content)
  const ranked = engines.map((engine) => ({ engine, rank: mixed(key ^ mixed(crc32(engine))) }))
  ranked.sort((a, b) => b.rank - a.rank)
  const loadOf = ({ engine }: { readonly engine: string }) => loads.get(engine) ?? 0
  const home = ranked.find((each) => loadOf(each) + rows <= rowsMax)
  // A stripe that is too large for every share goes where least is.
  return (home ?? ranked.toSorted((a, b) => loadOf(a) - loadOf(b))[0])?.engine
}

/** Of a checksum, which is linear, a number whose every bit depends on all of the checksum's. */
function mixed(value: number): number {
  let hash = value
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return (hash ^ (hash >>> 16)) >>> 0
}

/** Row groups of a stripe, by file. */
function stripeWidths(splits: readonly Split[]): ReadonlyMap<string, number> {
  const groups = new Map<string, number>()
  for (const { file, index } of splits) groups.set(file, Math.max(groups.get(file) ?? 0, index + 1))
  return new Map([...groups].map(([file, count]) => [file, Math.ceil(count / STRIPES_A_FILE_MAX)]))
}

function stripesOf(splits: readonly Split[], widths: ReadonlyMap<string, number>): ReadonlyMap<string, Stripe> {
  const stripes = new Map<string, Stripe>()
  for (const split of splits) {
    const name = stripeName(split, widths)
    const known = stripes.get(name)
    if (known === undefined) stripes.set(name, { file: split.file, first: split.index, rows: split.rows })
    else known.rows += split.rows
  }
  return stripes
}

function stripeName({ file, index }: Split, widths: ReadonlyMap<string, number>): string {
  return `${Math.floor(index / (widths.get(file) ?? 1))} ${file}`
}

/** The same on every node that has the file, wherever it lies there. */
function contentOf(table: SourceTable, { file, first }: Stripe): string {
  const { bytes, checksum } = table.identity(file)
  return `${basename(file)} ${bytes} ${checksum} ${first}`
}
