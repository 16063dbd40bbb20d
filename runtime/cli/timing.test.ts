import { expect, test } from "vitest"
import { progressLine } from "./progress-bar.ts"
import { busyRatio, bytes, ms, timingText } from "./timing.ts"

test("the figures of a query, its actors and its stages", () => {
  const text = timingText({
    planMs: 12.4,
    totalMs: 345.6,
    rows: 4,
    bytesRead: 12_345_678,
    bytesExchanged: 1_500,
    bytesRemote: 0,
    splits: 49,
    splitsPruned: 3,
    bytesDecoded: 3_000_000,
    bytesIngested: 3_500_000,
    cache: { hits: 4, misses: 12, evicted: 1 },
    rowsSkipped: { files: 1000, rowGroups: 2000, pages: 0, rows: 0 },
    tasks: 10,
    attempts: 11,
    actors: [
      { name: "engine-0", busyMs: 300, tasks: 6 },
      { name: "engine-1", busyMs: 200, tasks: 4 },
    ],
    stages: [
      { stage: 1, title: "scan lineitem", tasks: 9, rowsIn: 6001215, rowsOut: 36, bytesOut: 1500, busyMs: 499 },
      { stage: 2, title: "result", tasks: 1, rowsIn: 36, rowsOut: 4, bytesOut: 300, busyMs: 1 },
    ],
  })
  expect(`\n${text}\n`).toBe(`
planned in 12 ms, done in 346 ms: 4 rows, 10 tasks in 11 attempts
read 12 MB in 49 splits, 3 more pruned; exchanged 1.5 kB
cache: 4 hits, 12 missed, 1 evicted; decoded 3.0 MB, ingested 3.5 MB
rows skipped: 1,000 by file, 2,000 by row group, 0 by page, 0 alone
actor       busy  tasks
engine-0  300 ms      6
engine-1  200 ms      4
longest actor 1.20x the mean
stage            tasks    rows in  rows out     out    busy
1 scan lineitem      9  6,001,215        36  1.5 kB  499 ms
2 result             1         36         4   300 B    1 ms
`)
})

test("an idle query has a ratio of one", () => {
  expect(busyRatio([])).toBe(1)
  expect(busyRatio([{ name: "a", busyMs: 0, tasks: 0 }])).toBe(1)
  expect(
    busyRatio([
      { name: "a", busyMs: 3, tasks: 1 },
      { name: "b", busyMs: 1, tasks: 1 },
    ]),
  ).toBe(1.5)
})

test("units", () => {
  expect([0, 999, 1000, 123_456, 9_900_000_000].map(bytes)).toEqual(["0 B", "999 B", "1.0 kB", "123 kB", "9.9 GB"])
  expect([0.4, 9999, 12_345].map(ms)).toEqual(["0 ms", "9999 ms", "12.3 s"])
})

test("progress", () => {
  expect(progressLine(250, 1000, 2000, "rows", "5 MB written")).toBe(
    "██████░░░░░░░░░░░░░░░░░░  25 %  125 rows/s  6 s left  5 MB written",
  )
  expect(progressLine(0, 0, 0, "rows", "")).toBe("████████████████████████ 100 %  0 rows/s  0 s left  ")
})
