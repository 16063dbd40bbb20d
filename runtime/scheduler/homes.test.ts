import { expect, test } from "vitest"
import type { SourceTable, Split } from "../../actors/sources/source.ts"
import { homesOf } from "./homes.ts"

const ROWS = 1000

/** So many files of so many splits. */
function table(files: number, groups: number, folder = "/data"): SourceTable {
  const splits = Array.from({ length: files * groups }, (_, number): Split => {
    const [file, index] = [Math.floor(number / groups), number % groups]
    return { file: `${folder}/part-${file}.parquet`, index, rows: ROWS, bytes: 0 }
  })
  return {
    columns: [],
    hidden: [],
    rows: ROWS * splits.length,
    files,
    splits: () => ({ splits, pruned: 0, rowsSkipped: { files: 0, rowGroups: 0 } }),
    identity: () => ({ bytes: 123_456, checksum: 987_654_321 }),
    survivors: async () => [],
    version: () => "",
    fetch: () => Promise.reject(new Error("nothing is read here")),
  }
}

const engines = (count: number) => Array.from({ length: count }, (_, index) => `engine-${index}`)

function homes(of: SourceTable, names: readonly string[]): readonly (string | undefined)[] {
  return of.splits([], []).splits.map(homesOf(of, () => names))
}

/** Splits of each engine. */
function counts(list: readonly (string | undefined)[], names: readonly string[]): readonly number[] {
  return names.map((name) => list.filter((home) => home === name).length)
}

test.each([
  [1, 49, 2],
  [1, 13, 2],
  [1, 1000, 4],
  [200, 1, 3],
])("%i files of %i splits are shared evenly by %i engines", (files, groups, count) => {
  const names = engines(count)
  const share = (files * groups) / count
  const stripe = Math.ceil(groups / 32)
  const found = counts(homes(table(files, groups), names), names)
  expect(Math.max(...found)).toBeLessThanOrEqual(Math.ceil(share * 1.1) + stripe)
})

test("an engine that joins takes some splits from the others; hardly any moves between those", () => {
  const of = table(400, 1)
  const before = homes(of, engines(4))
  const after = homes(of, engines(5))
  const moved = after.filter((home, index) => home !== before[index])
  const movedToOld = moved.filter((home) => home !== "engine-4")
  expect(moved.length).toBeGreaterThan(40)
  expect(moved.length).toBeLessThan(140)
  expect(movedToOld.length).toBeLessThan(40)
})

test("the order of the engines does not matter, nor where the files lie", () => {
  const names = engines(5)
  const expected = homes(table(40, 3), names)
  expect(homes(table(40, 3), names.toReversed())).toEqual(expected)
  expect(homes(table(40, 3, "/elsewhere/data"), names)).toEqual(expected)
})

test("neighbours have one home, so a file has at most 32 runs", () => {
  const found = homes(table(1, 1000), engines(8))
  const runs = found.filter((home, index) => home !== found[index - 1])
  expect(runs.length).toBeLessThanOrEqual(32)
})

test("only engines that may read a file are home to its splits", () => {
  const of = table(2, 8)
  const home = homesOf(of, (file) => (file.includes("part-0") ? ["a"] : []))
  expect(of.splits([], []).splits.map(home)).toEqual([...Array(8).fill("a"), ...Array(8).fill(undefined)])
})
