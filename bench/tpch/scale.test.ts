import { describe, expect, test } from "vitest"
import { scaleOf } from "./scale.ts"

describe("scale factors", () => {
  test("rows at scale 1 and 100", () => {
    expect(scaleOf(1)).toEqual({
      parts: 200_000,
      suppliers: 10_000,
      customers: 150_000,
      orders: 1_500_000,
      clerks: 1000,
    })
    expect(scaleOf(100)).toMatchObject({ orders: 150_000_000, clerks: 100_000 })
  })

  test("below 1 thousandths count", () => {
    expect(scaleOf(0.01)).toEqual({ parts: 2000, suppliers: 100, customers: 1500, orders: 15_000, clerks: 1000 })
    // 0.7 − 0.1 is a little less than 0.6
    expect(scaleOf(0.7 - 0.1)).toEqual(scaleOf(0.6))
  })

  test.each([
    [0, "scale factor 0 is out of range: it must be at least 0.001 and below 30000"],
    [Number.NaN, "scale factor NaN is out of range: it must be at least 0.001 and below 30000"],
    [30_000, "scale factor 30000 is out of range: it must be at least 0.001 and below 30000"],
    [1.5, "scale factor 1.5 is not possible: above 1 the official generator knows whole numbers only; use 1 or 2"],
    [0.0125, "scale factor 0.0125 is not possible: below 1 the official generator knows thousandths only; use 0.013"],
  ])("%d is refused", (scale, message) => {
    expect(() => scaleOf(scale)).toThrow(message)
  })
})
