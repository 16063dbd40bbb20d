import { expect, test } from "vitest"
import { printable } from "./printable.ts"

test("nothing that a terminal obeys comes through", () => {
  expect(printable("plain é 漢 😀")).toBe("plain é 漢 😀")
  expect(printable("a\tb\r\n\u0000\u001b]0;x\u0007\u007f\u009b")).toBe("a\\tb\\r\\n\\x00\\e]0;x\\a\\x7f\\x9b")
  expect(printable("\u202egpj.exe\u2066")).toBe("\\u202egpj.exe\\u2066")
})
