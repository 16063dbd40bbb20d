import { describe, expect, test } from "vitest"
import { pooledEngine } from "./engine.ts"
import type { PooledEngine } from "./engine.ts"
import type { FakeCall, FakeThread } from "./testing/fake-thread.ts"
import { fakeThread } from "./testing/fake-thread.ts"
import { engineOracle } from "./oracle.ts"
import { slowness } from "./slowness.ts"

const describes: FakeCall = ({ call, sql }) => ({ _tag: "Described", call, columns: [{ name: sql, type: "INTEGER" }] })

/** Lends one engine, which it replaces when the oracle has ended it. */
function oracle(call: FakeCall) {
  const threads: FakeThread[] = []
  const asked: string[] = []
  let engine: PooledEngine | undefined
  let free: Promise<void> = Promise.resolve()
  const made = engineOracle({
    slowness: () => 1,
    borrow: ({ use }) => {
      free = free.then(async () => {
        engine ??= newEngine()
        if (!(await use(engine))) engine = undefined
      })
    },
  })
  const newEngine = () => {
    const thread = fakeThread("describer", {
      work: {},
      call: (request) => {
        asked.push(request.sql)
        return call(request)
      },
    })
    threads.push(thread)
    return pooledEngine(thread, () => undefined)
  }
  return { oracle: made, threads, asked }
}

test("the engine starts with the first question, and the same question is asked once", async () => {
  const { oracle: port, threads, asked } = oracle(describes)
  expect(threads.length).toBe(0)
  const [first, second] = await Promise.all([port.describe("SELECT 1"), port.describe("SELECT 1")])
  expect(first).toEqual([{ name: "SELECT 1", type: "INTEGER" }])
  expect(second).toEqual(first)
  expect(asked).toEqual(["SELECT 1"])
  expect(threads.length).toBe(1)
})

test("what is evaluated is evaluated each time: its value may change", async () => {
  const { oracle: port, asked } = oracle(({ call }) => ({ _tag: "Evaluated", call, rows: [["1"]] }))
  await port.evaluate("SELECT random()")
  await port.evaluate("SELECT random()")
  expect(asked.length).toBe(2)
})

test("the functions are asked for once, by lower-case name", async () => {
  const rows = [
    ["sum", "aggregate", ""],
    ["random", "scalar", "VOLATILE"],
    ["abs", "scalar", "CONSISTENT"],
  ]
  const { oracle: port, asked } = oracle(({ call }) => ({ _tag: "Evaluated", call, rows }))
  const functions = await port.functions()
  expect(await port.functions()).toBe(functions)
  expect([...functions.all]).toEqual(["sum", "random", "abs"])
  expect([...functions.aggregates]).toEqual(["sum"])
  expect([...functions.volatile]).toEqual(["random"])
  expect(asked.length).toBe(1)
})

describe("refusals", () => {
  test("come in DuckDB's words, and are kept like answers", async () => {
    const refusal = {
      kind: "Catalog",
      message: "Catalog Error: Scalar Function with name f does not exist!",
      position: 7,
      candidates: "abs",
    }
    const { oracle: port, asked, threads } = oracle(({ call }) => ({ _tag: "CallFailed", call, refusal }))
    for (let ask = 0; ask < 2; ask += 1) {
      await expect(port.describe("SELECT f(1)")).rejects.toMatchObject({ _tag: "DescribeRefusal", ...refusal })
    }
    expect(asked.length).toBe(1)
    expect(threads.length).toBe(1)
  })

  test("a call that takes too long is refused, and its engine replaced", async () => {
    const { oracle: port, threads } = oracle((request) => (request.sql === "slow" ? undefined : describes(request)))
    await expect(port.describe("slow")).rejects.toMatchObject({
      _tag: "DescribeRefusal",
      kind: "Timeout",
      message:
        "DuckDB took longer than 1000 ms to make out the types of this statement: nest its expressions less deeply, or cut it into CTEs",
    })
    expect(await port.describe("quick")).toEqual([{ name: "quick", type: "INTEGER" }])
    expect(threads.length).toBe(2)
  })

  test("an engine lost under a call is replaced and asked again, once", async () => {
    let losses = 1
    const dying: FakeCall = (request) => {
      if (losses > 0) {
        losses -= 1
        setImmediate(() => threads[threads.length - 1]?.die("RuntimeError: unreachable"))
        return undefined
      }
      return describes(request)
    }
    const { oracle: port, threads } = oracle(dying)
    expect(await port.describe("a")).toEqual([{ name: "a", type: "INTEGER" }])
    losses = 2
    await expect(port.describe("b")).rejects.toMatchObject({
      _tag: "EngineLost",
      message: "RuntimeError: unreachable",
      node: "describer",
    })
    expect(await port.describe("b")).toEqual([{ name: "b", type: "INTEGER" }])
  })

  test("a closed oracle answers no more", async () => {
    const { oracle: port, threads } = oracle(describes)
    port.close()
    await expect(port.describe("a")).rejects.toMatchObject({ _tag: "EngineLost", message: "the session is closed" })
    expect(threads.length).toBe(0)
  })
})

test.each([
  [0, 2, 1],
  [2, 2, 1],
  [8, 2, 4],
  [100, 2, 10],
])("with a load of %d on %d cores a call may take %d times as long", (load, cores, times) => {
  expect(slowness(load, cores)).toBe(times)
})
