import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { SourceError } from "../errors.ts"
import { expandFiles } from "./files.ts"
import { openNativeOracle } from "./parquet/testing/native.ts"
import type { NativeOracle } from "./parquet/testing/native.ts"

const FILES = [
  "x.p",
  "y.p",
  "Z.p",
  "1.p",
  "10.p",
  "2.p",
  "a-1.p",
  "a.p",
  ".h.p",
  "b\\p.p",
  "l1.p",
  "a/x.p",
  "a/.h.p",
  "a/b/x.p",
  "a/b/c/z.p",
  ".hid/x.p",
  "B/x.p",
  "é/x.p",
  "d.p/inside.p",
]

const NOBODY = 65534

let root: string
let native: NativeOracle

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "skein-files-"))
  native = await openNativeOracle()
  for (const file of FILES) {
    await mkdir(join(root, file, ".."), { recursive: true })
    await writeFile(join(root, file), "")
  }
  await symlink("x.p", join(root, "link.p"))
  await symlink("a", join(root, "linked"))
  await symlink("nowhere", join(root, "broken.p"))
})

afterAll(async () => {
  native.close()
  await rm(root, { recursive: true })
})

describe("expandFiles", () => {
  test.each([
    "*.p",
    "*",
    "?.p",
    "???.p",
    "**",
    "**/*.p",
    "**/x.p",
    "**/b/*",
    "a/**",
    "a/**/x.p",
    "a/b/**/*.p",
    "*/**/x.p",
    "a**",
    "*/x.p",
    "*/*.p",
    "linked/*",
    "linked/**",
    "l*/**",
    "[a-y].p",
    "[!x].p",
    "[^x].p",
    "[]x].p",
    "[!]]*.p",
    "[0-9]*.p",
    "[a-]*.p",
    "[z-a].p",
    "[x.p",
    "[xy",
    "b*p.p",
    "*\\p.p",
    "a\\*.p",
    "l\\[1\\].p",
    ".*",
    "é/*.p",
    "?/x.p",
    "a//*.p",
    "nope/*.p",
    "*.{p,q}",
    "x.p",
    "nope.p",
    "d.p",
    "broken.p",
    "*/../x.p",
  ])("finds for %s the files that DuckDB finds, in its order", async (pattern) => {
    const path = `${root}/${pattern}`
    const expected = (await native.texts(`SELECT file FROM glob('${path}')`)).map((row) =>
      row[0]?.replace(/\ba(\/\/|\\)/, "a/"),
    )
    expect(await expandFiles(path, "/")).toEqual(expected)
    expect(await expandFiles(pattern, root)).toEqual(expected)
  })

  test("a name that holds pattern characters is taken as it is, if there is such a file", async () => {
    const folder = await mkdtemp(join(root, "literal-"))
    await writeFile(join(folder, "l[1].p"), "")
    await writeFile(join(folder, "l1.p"), "")
    expect(await expandFiles("l[1].p", folder)).toEqual([join(folder, "l[1].p")])
    expect(await expandFiles("l[12].p", folder)).toEqual([join(folder, "l1.p")])
    await rm(folder, { recursive: true })
  })

  test("characters of the directory itself are no pattern", async () => {
    const folder = await mkdtemp(join(root, "[a]*-"))
    await writeFile(join(folder, "x.p"), "")
    expect(await expandFiles("*.p", folder)).toEqual([join(folder, "x.p")])
    await rm(folder, { recursive: true })
  })

  test("more than one ** is refused", async () => {
    await expect(expandFiles("**/a/**", root)).rejects.toEqual(
      new SourceError({
        message: "the pattern '**/a/**' has more than one '**'",
        path: "**/a/**",
        hint: "One '**' stands for any number of directories.",
      }),
    )
  })

  test("a directory that may not be read is an error, not an empty one", async () => {
    const folder = await mkdtemp(join(root, "secret-"))
    await chmod(root, 0o755)
    await chmod(folder, 0o000)
    // Nothing is forbidden to root: it takes another user's rights meanwhile.
    const isRoot = process.getuid?.() === 0
    if (isRoot) process.seteuid?.(NOBODY)
    try {
      await expect(expandFiles("secret-*/*.p", root)).rejects.toMatchObject({
        message: `cannot look for 'secret-*/*.p' in "${folder}": permission denied`,
      })
    } finally {
      if (isRoot) process.seteuid?.(0)
      await rm(folder, { recursive: true })
    }
  })
})
