import fc from "fast-check"
import { expect, test } from "vitest"
import type { Split } from "../../actors/sources/source.ts"
import { firstRows, groupByHome, groupSplits } from "./layout.ts"

const MIB = 1024 * 1024

function splits(count: number, bytes: number): readonly Split[] {
  return Array.from({ length: count }, (_, index) => ({ file: "f", index, rows: 100, bytes }))
}

const sizes = (groups: readonly (readonly Split[])[]) => groups.map((group) => group.length)

test.each<[string, readonly Split[], number, boolean, readonly number[]]>([
  ["no split gives one empty task", [], 2, false, [0]],
  ["one split", splits(1, MIB), 2, false, [1]],
  ["fewer splits than tasks wanted: one each", splits(5, MIB), 2, false, [1, 1, 1, 1, 1]],
  ["four tasks a worker", splits(16, MIB), 2, false, [2, 2, 2, 2, 2, 2, 2, 2]],
  ["no more than 64 MB a task", splits(40, 32 * MIB), 2, false, Array<number>(20).fill(2)],
  ["two tasks a worker when each builds a join", splits(16, MIB), 2, true, [4, 4, 4, 4]],
  ["splits without bytes are spread by their rows", splits(16, 0), 2, false, [2, 2, 2, 2, 2, 2, 2, 2]],
])("%s", (_, list, workers, broadcast, expected) => {
  expect(sizes(groupSplits(list, workers, broadcast))).toEqual(expected)
})

test("one row group that is larger than all the others has a task of its own", () => {
  const list = splits(9, MIB).map((split, index) => (index === 4 ? { ...split, bytes: 100 * MIB } : split))
  expect(sizes(groupSplits(list, 1, false))).toEqual([4, 1, 2, 2])
})

test("groups are contiguous, complete, never empty, and as many as are wanted", () => {
  const weight = fc.record({ bytes: fc.nat(8 * MIB), rows: fc.nat(1000) })
  fc.assert(
    fc.property(
      fc.array(weight, { minLength: 1, maxLength: 60 }),
      fc.integer({ min: 1, max: 4 }),
      fc.boolean(),
      (weights, workers, broadcast) => {
        const list = weights.map((each, index) => ({ file: "f", index, ...each }))
        const groups = groupSplits(list, workers, broadcast)
        expect(groups.flat()).toEqual(list)
        expect(sizes(groups).every((size) => size > 0)).toBe(true)
        expect(groups.length).toBeGreaterThanOrEqual(Math.min(list.length, workers * (broadcast ? 2 : 4)))
      },
    ),
  )
})

const homes = (list: readonly Split[]) => new Map(list.map((split, index) => [split, index % 3 === 2 ? "b" : "a"]))

test("splits are read at home: where order matters by runs, else each engine's together", () => {
  const list = splits(7, 1)
  const home = homes(list)
  const grouped = (isOrdered: boolean) =>
    groupByHome(list, (split) => home.get(split), { isOrdered, broadcast: false }).map(
      ({ home: engine, splits: own }) => `${engine} ${own.map(({ index }) => index).join(" ")}`,
    )
  expect(grouped(true)).toEqual(["a 0 1", "b 2", "a 3 4", "b 5", "a 6"])
  expect(grouped(false)).toEqual(["a 0 1 3 4 6", "b 2 5"])
})

test("a large share of one engine is several tasks", () => {
  const list = splits(12, 32 * MIB)
  const home = homes(list)
  const shares = groupByHome(list, (split) => home.get(split), { isOrdered: false, broadcast: false })
  expect(shares.map(({ home: engine, splits: own }) => `${engine}${own.length}`)).toEqual([
    "a2",
    "a2",
    "a2",
    "a2",
    "b2",
    "b2",
  ])
  expect(groupByHome([], () => "a", { isOrdered: true, broadcast: false })).toEqual([{ home: undefined, splits: [] }])
})

test.each([
  [0, 0],
  [1, 1],
  [100, 1],
  [101, 2],
  [10_000, 5],
  [undefined, 5],
])("the first splits that hold %s rows are %s", (limit, expected) => {
  expect(firstRows(splits(5, MIB), limit).length).toBe(expected)
})
