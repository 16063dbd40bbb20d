import * as fc from "fast-check"
import { expect, test } from "vitest"
import { edited, partOf } from "./edited-text.ts"

const whole = (text: string) => partOf(text, { start: 0, end: text.length })
const slice = (text: string, { start, end }: { start: number; end: number }) => text.slice(start, end)

test("what is not replaced is found where it stood, what was put in is the whole of what it replaced", () => {
  const sql = "SELECT f(1), g FROM t"
  const call = { start: 7, end: 11 }
  const made = edited(whole(sql), [{ span: call, text: "(1 + 1)" }])
  expect(made.text).toBe("SELECT (1 + 1), g FROM t")
  for (const [text, wanted] of [
    ["SELECT", "SELECT"],
    ["1 + 1", "f(1)"],
    ["(1 + 1)", "f(1)"],
    ["g", "g"],
    ["FROM t", "FROM t"],
    ["1), g", "f(1), g"],
  ] as const) {
    const start = made.text.indexOf(text)
    expect(slice(sql, made.original({ start, end: start + text.length }))).toBe(wanted)
  }
})

test("edits of an edited part point into the first text", () => {
  const script = "SELECT 1; SELECT a + b"
  const part = partOf(script, { start: 10, end: 22 })
  const once = edited(part, [{ span: { start: 7, end: 8 }, text: "(x * 2)" }])
  const twice = edited(once, [{ span: { start: 8, end: 9 }, text: "yyyy" }])
  expect(twice.text).toBe("SELECT (yyyy * 2) + b")
  const at = (text: string) => {
    const start = twice.text.indexOf(text)
    return slice(script, twice.original({ start, end: start + text.length }))
  }
  expect(at("yyyy")).toBe("a")
  expect(at("+ b")).toBe("+ b")
})

test("an insertion has no width", () => {
  const made = edited(whole("ORDER BY a, b"), [{ span: { start: 10, end: 10 }, text: " DESC" }])
  expect(made.text).toBe("ORDER BY a DESC, b")
  expect(made.original({ start: 17, end: 18 })).toEqual({ start: 12, end: 13 })
  expect(made.original({ start: 9, end: 10 })).toEqual({ start: 9, end: 10 })
  expect(made.original({ start: 11, end: 15 })).toEqual({ start: 10, end: 10 })
})

test("every letter that was kept is found again", () => {
  const cuts = fc.uniqueArray(fc.nat({ max: 40 }), { maxLength: 8 }).map((all) => all.toSorted((a, b) => a - b))
  fc.assert(
    fc.property(cuts, fc.array(fc.string({ maxLength: 5 }), { minLength: 4, maxLength: 4 }), (at, puts) => {
      const text = Array.from({ length: 41 }, (_, i) => String.fromCharCode(0x4e00 + i)).join("")
      const edits = puts.flatMap((put, i) => {
        const [start, end] = [at[2 * i], at[2 * i + 1]]
        return start === undefined || end === undefined ? [] : [{ span: { start, end }, text: put }]
      })
      const made = edited(whole(text), edits)
      for (const [i, letter] of Array.from(text).entries()) {
        const found = made.text.indexOf(letter)
        const replaced = edits.some(({ span }) => i >= span.start && i < span.end)
        expect(found < 0).toBe(replaced)
        if (!replaced) expect(made.original({ start: found, end: found + 1 })).toEqual({ start: i, end: i + 1 })
      }
    }),
  )
})
