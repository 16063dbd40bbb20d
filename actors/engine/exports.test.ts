import { expect, test } from "vitest"
import { installedFile } from "../installation.ts"
import { dropCppExports } from "./exports.ts"

const isCpp = (name: string): boolean => name.replace(/^orig\$/u, "").startsWith("_Z")

test("DuckDB keeps every export that is not C++, and imports none that is", async () => {
  const file = await installedFile("@duckdb/duckdb-wasm/dist/duckdb-eh.wasm")
  const bytes = file.length
  const whole = await WebAssembly.compile(file)
  dropCppExports(file)
  const cut = await WebAssembly.compile(file)
  const all = WebAssembly.Module.exports(whole)
  expect(all.length).toBeGreaterThan(70_000)
  expect(WebAssembly.Module.exports(cut)).toEqual(all.filter(({ name }) => !isCpp(name)))
  expect(WebAssembly.Module.imports(cut)).toEqual(WebAssembly.Module.imports(whole))
  // Whoever replaces the library: were there one, the module could not be instantiated without it.
  expect(WebAssembly.Module.imports(whole).filter(({ name }) => isCpp(name))).toEqual([])
  expect(file.length).toBe(bytes)
})

/** Exports `_Z` and as many more letters as are asked for, and `kept`, both the same function. */
function moduleOf(letters: number): Uint8Array<ArrayBuffer> {
  const cpp = [2 + letters, ...Buffer.from(`_Z${"x".repeat(letters)}`), 0, 0]
  const kept = [4, ...Buffer.from("kept"), 0, 0]
  const exported = [2, ...cpp, ...kept]
  const sections = [1, 4, 1, 0x60, 0, 0, 3, 2, 1, 0, 7, exported.length, ...exported, 10, 4, 1, 2, 0, 0x0b]
  return Uint8Array.from([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, ...sections])
}

test.each([
  [40, ["kept"]],
  // Too little would be left over: the file stays as it is.
  [0, ["_Z", "kept"]],
])("a file of which a name of %i letters goes is a whole one afterwards", async (letters, names) => {
  const file = moduleOf(letters)
  dropCppExports(file)
  const found = WebAssembly.Module.exports(await WebAssembly.compile(file))
  expect(found.map(({ name }) => name)).toEqual(names)
})

test("a file without exports stays as it is", () => {
  const file = Uint8Array.from([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 1, 4, 1, 0x60, 0, 0])
  const before = file.slice()
  dropCppExports(file)
  expect(file).toEqual(before)
})
