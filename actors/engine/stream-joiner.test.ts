import * as arrow from "apache-arrow"
import { describe, expect, test } from "vitest"
import { StreamJoiner } from "./stream-joiner.ts"

const stream = (name: string, values: readonly number[]): Uint8Array =>
  arrow.tableToIPC(new arrow.Table({ [name]: arrow.vectorFromArray(values, new arrow.Int32()) }), "stream")

describe("joining streams", () => {
  test("streams of one schema become one, in order", () => {
    const joiner = new StreamJoiner()
    for (const values of [[1, 2], [3], [4, 5, 6]]) {
      expect(joiner.fits(stream("x", values))).toBe(true)
      joiner.add(stream("x", values), values.length)
    }
    const table = arrow.tableFromIPC(joiner.take())
    expect([...(table.getChild("x") ?? [])]).toEqual([1, 2, 3, 4, 5, 6])
    expect(table.batches).toHaveLength(3)
    expect(joiner.take()).toBeUndefined()
  })

  test("one stream stays as it is", () => {
    const joiner = new StreamJoiner()
    const only = stream("x", [1])
    joiner.add(only, 1)
    expect(joiner.take()).toBe(only)
  })

  test("another schema does not fit, until the first is taken", () => {
    const joiner = new StreamJoiner()
    joiner.add(stream("x", [1]), 1)
    expect(joiner.fits(stream("y", [1]))).toBe(false)
    joiner.take()
    expect(joiner.fits(stream("y", [1]))).toBe(true)
  })

  test("full by rows, or by bytes", () => {
    const joiner = new StreamJoiner()
    joiner.add(stream("x", [1]), 122_879)
    expect(joiner.isFull()).toBe(false)
    joiner.add(stream("x", [1]), 1)
    expect(joiner.isFull()).toBe(true)
    joiner.take()
    expect(joiner.isFull()).toBe(false)
    joiner.add(new Uint8Array(32 * 1024 * 1024), 1)
    expect(joiner.isFull()).toBe(true)
  })
})
