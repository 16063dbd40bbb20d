import { expect, test } from "vitest"
import { Residents } from "./residents.ts"
import type { Resident } from "./residents.ts"

const column = (key: string, bytes: number, costMs = bytes): Resident => ({
  key,
  table: `table of ${key}`,
  rows: 1,
  form: "plain",
  bytes,
  costMs,
})

/** One task of a query that reads these columns, each of 10 bytes; tells which were there, and which went. */
function task(residents: Residents, query: string, keys: readonly string[]) {
  residents.begin(query)
  const hits = keys.filter((key) => residents.take(key) !== undefined)
  for (const key of keys) if (!hits.includes(key)) residents.add(column(key, 10))
  return { hits, gone: residents.release().map(({ key }) => key) }
}

test("what fits stays", () => {
  const residents = new Residents(30)
  expect(task(residents, "q1", ["a", "b", "c"])).toEqual({ hits: [], gone: [] })
  expect(task(residents, "q2", ["c", "a", "b"])).toEqual({ hits: ["c", "a", "b"], gone: [] })
  expect([residents.bytes(), residents.count()]).toEqual([30, 3])
})

test("a task may hold more than the budget; afterwards nobody does", () => {
  const residents = new Residents(20)
  const { gone } = task(residents, "q1", ["a", "b", "c", "d"])
  expect(gone).toHaveLength(2)
  expect(residents.bytes()).toBe(20)
})

test("a budget of nothing keeps nothing", () => {
  const residents = new Residents(0)
  expect(task(residents, "q1", ["a"]).gone).toEqual(["a"])
  expect(task(residents, "q1", ["a"]).hits).toEqual([])
})

test("a table larger than the budget keeps the part that it has, instead of losing each split before its turn", () => {
  const residents = new Residents(20)
  for (const key of ["a", "b", "c", "d"]) task(residents, "q1", [key])
  const hits = ["q2", "q3", "q4"].map((query) =>
    ["a", "b", "c", "d"].flatMap((key) => task(residents, query, [key]).hits),
  )
  expect(hits).toEqual([
    ["a", "b"],
    ["a", "b"],
    ["a", "b"],
  ])
})

test("what is read now takes the place of what was read often, after a few queries", () => {
  const residents = new Residents(10)
  for (let query = 0; query < 20; query++) task(residents, `old ${query}`, ["a"])
  const hits: number[] = []
  for (let query = 0; query < 10; query++) hits.push(task(residents, `new ${query}`, ["b"]).hits.length)
  expect(hits[0]).toBe(0)
  expect(hits.at(-1)).toBe(1)
})

test("of two that are read alike the one stays that saves more time by the byte", () => {
  const residents = new Residents(10)
  residents.begin("q1")
  residents.add(column("cheap", 10, 1))
  residents.add(column("dear", 10, 100))
  expect(residents.release().map(({ key }) => key)).toEqual(["cheap"])
})

test("however often one query reads a column, that is one use", () => {
  const residents = new Residents(10)
  for (let times = 0; times < 50; times++) task(residents, "q1", ["a"])
  let queries = 0
  while (task(residents, `other ${queries}`, ["b"]).hits.length === 0) queries += 1
  expect(queries).toBeLessThan(5)
})

test("when memory is short all goes but what the task reads", () => {
  const residents = new Residents(100)
  task(residents, "q1", ["a", "b", "c"])
  residents.begin("q2")
  residents.take("b")
  expect(residents.shed().map(({ table }) => table)).toEqual(["table of a", "table of c"])
  expect(residents.bytes()).toBe(10)
  expect(residents.take("b")).toBeDefined()
})
