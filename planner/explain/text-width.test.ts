import { expect, test } from "vitest"
import { clipText, padText, textWidth, wrapText } from "./text-width.ts"

test("cells of letters, wide letters, marks and emoji", () => {
  const widths = ["", "abc", "é", "e\u0301", "漢字", "ｶﾅ", "ＡＢ", "한", "😀", "👨‍👩‍👧", "🇩🇪", "\u200b", "│"].map(textWidth)
  expect(widths).toEqual([0, 3, 1, 1, 4, 2, 4, 2, 2, 2, 2, 0, 1])
})

test("clipping leaves a cell free and never cuts a letter in two", () => {
  expect(clipText("abcdef", 6)).toBe("abcdef")
  expect(clipText("abcdefg", 6)).toBe("abcd…")
  expect(clipText("漢字漢字", 6)).toBe("漢字…")
  expect(clipText("e\u0301e\u0301e\u0301", 2)).toBe("…")
})

test("padding counts cells", () => {
  expect(padText("漢", 4)).toBe("漢  ")
  expect(padText("abc", 2)).toBe("abc")
})

test("wrapping at spaces, inside a word only when there is none, keeping all words", () => {
  expect(wrapText("  aaa bbb ccc", 20)).toEqual(["  aaa bbb ccc"])
  expect(wrapText("  aaa bbb ccc ddd eee fff", 20)).toEqual(["  aaa bbb ccc ddd", "      eee fff"])
  expect(wrapText("x".repeat(45), 20)).toEqual(["x".repeat(20), `    ${"x".repeat(16)}`, `    ${"x".repeat(9)}`])
})
