import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, beforeAll, expect, test } from "vitest"
import { dataRoot, fileInRoot, placeInRoots } from "./roots.ts"
import type { DataRoot } from "./roots.ts"

let dir: string
let roots: readonly DataRoot[]

beforeAll(async () => {
  dir = realpathSync(mkdtempSync(join(tmpdir(), "skein-roots-")))
  mkdirSync(join(dir, "a", "inner"), { recursive: true })
  mkdirSync(join(dir, "b"))
  for (const file of ["a/x.parquet", "a/inner/y.parquet", "b/z.parquet", "secret"]) writeFileSync(join(dir, file), "")
  symlinkSync(join(dir, "secret"), join(dir, "a", "out"))
  symlinkSync(join(dir, "b", "z.parquet"), join(dir, "a", "over"))
  symlinkSync(join(dir, "a"), join(dir, "link"))
  roots = [await dataRoot(`one=${dir}/a`), await dataRoot(`two=${dir}/b`), await dataRoot(`in=${dir}/a/inner`)]
})
afterAll(() => rmSync(dir, { recursive: true }))

test("a root is named, or known by its own path, links resolved", async () => {
  expect(await dataRoot(`x=${dir}/link`)).toEqual({ name: "x", path: join(dir, "a") })
  expect(await dataRoot(`${dir}/link`)).toEqual({ name: join(dir, "a"), path: join(dir, "a") })
  await expect(dataRoot(join(dir, "nowhere"))).rejects.toThrow("ENOENT")
})

test("a file is named by the innermost root, and found again by it", async () => {
  expect(placeInRoots(join(dir, "a", "x.parquet"), roots)).toEqual({ root: "one", path: "x.parquet" })
  const inner = placeInRoots(join(dir, "a", "inner", "y.parquet"), roots)
  expect(inner).toEqual({ root: "in", path: "y.parquet" })
  expect(await fileInRoot(inner, roots, "n")).toBe(join(dir, "a", "inner", "y.parquet"))
  expect(await fileInRoot({ root: "one", path: "over" }, roots, "n")).toBe(join(dir, "b", "z.parquet"))
})

test.each([
  ["another root", { root: "three", path: "x" }, 'node n cannot read "x": it has no data root "three"'],
  ["no root", { root: "(no data root)", path: "/etc/passwd" }, 'it has no data root "(no data root)"'],
  ["an absolute path", { root: "one", path: "/etc/passwd" }, 'node n does not read "/etc/passwd": it leads out'],
  ["a way up", { root: "one", path: "inner/../../secret" }, "it leads out of its data root"],
  ["a way up with the other slash", { root: "one", path: "inner\\..\\..\\secret" }, "it leads out of its data root"],
  ["a link that leads out", { root: "one", path: "out" }, "it is not a file in the folders that this node reads"],
  ["nothing", { root: "one", path: "nothing" }, "it is not a file in the folders that this node reads"],
])("%s is refused", async (_, file, message) => {
  await expect(fileInRoot(file, roots, "n")).rejects.toThrow(message)
})
