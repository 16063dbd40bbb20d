import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises"
import { homedir, tmpdir } from "node:os"
import { join, relative } from "node:path"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { expandFiles } from "../../actors/sources/files.ts"
import type { TableRef } from "../../planner/ast/query.ts"
import { findFiles } from "./find-files.ts"
import type { Places } from "./lookups.ts"
import { fileInRoots } from "./roots.ts"

/**
 *   home/data/a.parquet, sub/b.parquet           inside
 *   home/data/within → sub                       a link that stays inside
 *   home/data/out → ../outside                   links that lead out: a folder, a file, one behind another
 *   home/data/out.parquet → ../outside/secret.parquet
 *   home/data/twice → out
 *   home/data/gone.parquet → nowhere
 *   home/data/lake/year=2024/c.parquet, lake/leak → ../../outside
 *   home/outside/secret.parquet
 *   home/data-2/d.parquet                        begins as the root's name does
 *   home/current → data
 */
let home = ""

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), "skein-roots-"))
  const files = ["data/a.parquet", "data/sub/b.parquet", "data/lake/year=2024/c.parquet", "data-2/d.parquet"]
  for (const file of [...files, "outside/secret.parquet", "outside/deep/er.parquet"]) {
    await mkdir(join(home, file, ".."), { recursive: true })
    await writeFile(join(home, file), "")
  }
  await symlink("sub", join(home, "data/within"))
  await symlink("../outside", join(home, "data/out"))
  await symlink("../outside/secret.parquet", join(home, "data/out.parquet"))
  await symlink("out", join(home, "data/twice"))
  await symlink("nowhere", join(home, "data/gone.parquet"))
  await symlink("loop.parquet", join(home, "data/loop.parquet"))
  await symlink("../../outside", join(home, "data/lake/leak"))
  await symlink("data", join(home, "current"))
})

afterAll(() => rm(home, { recursive: true }))

function ref(name: string, spelling: TableRef["spelling"]): TableRef {
  const span = { start: 5, end: 5 + name.length }
  return {
    _tag: "TableRef",
    qualifiers: [],
    name,
    spelling,
    nameSpan: span,
    alias: undefined,
    at: undefined,
    sample: undefined,
    span,
  }
}

const served = (): Places => {
  const dataDir = join(home, "data")
  return { dataDir, cwd: dataDir, roots: [dataDir] }
}

const SPELLINGS = ["identifier", "string", "read_parquet"] as const

async function outcome(name: string, spelling: TableRef["spelling"], places = served()): Promise<unknown> {
  try {
    return (await findFiles(ref(name.replaceAll("HOME", home), spelling), places)).map((file) => relative(home, file))
  } catch (error) {
    if (!(error instanceof Error) || !("_tag" in error)) throw error
    const hint = "hint" in error ? error.hint : undefined
    return { _tag: error._tag, message: error.message.replaceAll(home, "HOME"), hint }
  }
}

const refused = (name: string) => ({
  _tag: "UnsupportedSql",
  message: `'${name}' leads out of the folders that this server reads`,
  hint: "name files relative to its data folder, without '..'; links must stay inside, too",
})

describe("inside", () => {
  test.each<[string, TableRef["spelling"], readonly string[]]>([
    ["a", "identifier", ["data/a.parquet"]],
    ["a.parquet", "string", ["data/a.parquet"]],
    ["./a.parquet", "string", ["data/a.parquet"]],
    ["sub", "identifier", ["data/sub/b.parquet"]],
    ["sub/*", "string", ["data/sub/b.parquet"]],
    ["HOME/data/sub//./b.parquet", "string", ["data/sub/b.parquet"]],
    ["HOME/data/s*/b.parquet", "string", ["data/sub/b.parquet"]],
    ["within", "identifier", ["data/within/b.parquet"]],
    ["with*/b.parquet", "string", ["data/within/b.parquet"]],
    ["**/b.parquet", "string", ["data/sub/b.parquet"]],
    ["lake", "identifier", ["data/lake/year=2024/c.parquet"]],
    ["lake/**/*.parquet", "string", ["data/lake/year=2024/c.parquet"]],
    ["a*", "identifier", ["data/a.parquet"]],
  ])("%s as %s", async (name, spelling, files) => {
    expect(await outcome(name, spelling)).toEqual(files)
  })

  test("the root itself may be a link; paths are written as it was given", async () => {
    const dataDir = join(home, "current")
    const places = { dataDir, cwd: dataDir, roots: [dataDir] }
    expect(await outcome("a", "identifier", places)).toEqual(["current/a.parquet"])
    expect(await outcome("HOME/current/a.parquet", "string", places)).toEqual(["current/a.parquet"])
    expect(await outcome("HOME/data/a.parquet", "string", places)).toEqual(refused("HOME/data/a.parquet"))
    expect(await outcome("out/secret.parquet", "string", places)).toEqual(refused("out/secret.parquet"))
  })

  test("with two roots, a link may lead from one to the other", async () => {
    const places = { ...served(), roots: [join(home, "data"), `${join(home, "outside")}/`] }
    expect(await outcome("out/secret.parquet", "string", places)).toEqual(["data/out/secret.parquet"])
    expect(await outcome("HOME/outside/deep/er.parquet", "string", places)).toEqual(["outside/deep/er.parquet"])
    expect(await outcome("HOME/data-2/d.parquet", "string", places)).toEqual(refused("HOME/data-2/d.parquet"))
  })
})

test("a name of many parts costs no more than the first of them that is not there", async () => {
  const asked: string[] = []
  const guard = (path: string) => {
    asked.push(relative(home, path))
    return Promise.resolve(false)
  }
  expect(await expandFiles("x/".repeat(2000), join(home, "data"), guard)).toEqual([])
  expect(asked).toEqual(["data/x"])
})

test("a name longer than any path is refused before anything is looked for", async () => {
  expect(await outcome(`${"x/".repeat(2048)}y`, "string")).toEqual({
    _tag: "UnsupportedSql",
    message: "the name of a table or file has 4097 bytes: names of up to 4096 are looked for",
    hint: undefined,
  })
})

describe.each(SPELLINGS)("what leads out is refused, as %s", (spelling) => {
  test.each([
    ["by its path", "HOME/outside/secret.parquet"],
    ["by a path that is not there", "HOME/outside/nothing.parquet"],
    ["by a system path", "/etc/passwd"],
    ["by a root's name with more behind it", "HOME/data-2/d.parquet"],
    ["by a path above", "HOME/data/../outside/secret.parquet"],
    ["by ..", "../outside/secret.parquet"],
    ["by .. that comes back", "sub/../a.parquet"],
    ["by .. behind a link", "out/../data/a.parquet"],
    ["by .. at the end", "sub/.."],
    ["by .. in a glob, with backslashes", "su*\\..\\..\\outside\\*"],
    ["by a glob above the root", "HOME/*/secret.parquet"],
    ["by a glob of all", "/**/secret.parquet"],
    ["by the home folder", "~/secret.parquet"],
    ["by a glob in the home folder", "~/*"],
    ["by a linked folder", "out/secret.parquet"],
    ["by a linked folder, a file that is not there", "out/nothing.parquet"],
    ["by a linked folder, deeper", "out/deep/er.parquet"],
    ["by a link to a link", "twice/secret.parquet"],
    ["by a glob in a linked folder", "out/*"],
    ["by a glob that matches nothing there", "out/x*"],
    ["by ** in a linked folder", "out/**/*.parquet"],
    ["by a glob through a linked folder", "ou*/secret.parquet"],
    ["by a glob through a linked folder, nothing there", "ou*/nothing.parquet"],
    ["by a glob over linked files", "ou*"],
    ["by a glob of ** and a link", "**/leak/secret.parquet"],
    ["by a linked file", "out.parquet"],
    ["by a linked file's whole path", "HOME/data/out.parquet"],
  ])("%s", async (_, name) => {
    expect(homedir().startsWith(home)).toBe(false)
    expect(await outcome(name, spelling)).toEqual(refused(name))
  })
})

test("a table's name that is a link out of the folder is refused, too", async () => {
  expect(await outcome("out", "identifier")).toEqual(refused("out"))
  expect(await outcome("twice", "identifier")).toEqual(refused("twice"))
})

test("links that lead nowhere are not there", async () => {
  expect(await outcome("gone", "identifier")).toMatchObject({ _tag: "UnknownTable" })
  expect(await outcome("gone.parquet", "string")).toMatchObject({ _tag: "UnknownTable" })
  expect(await outcome("loop.parquet", "string")).toMatchObject({ _tag: "UnknownTable" })
})

test("without roots nothing is read", async () => {
  for (const [name, spelling] of [["a", "identifier"] as const, ["a.parquet", "string"] as const]) {
    expect(await outcome(name, spelling, { dataDir: undefined, cwd: join(home, "data"), roots: [] })).toEqual({
      _tag: "UnknownTable",
      message: `"${name}" cannot be read: this server was given no folder to read from`,
      hint: "start it with --data DIR",
    })
  }
})

test("whoever is local reads what the user may", async () => {
  const local = { dataDir: join(home, "data"), cwd: join(home, "data") }
  expect(await outcome("out/secret.parquet", "string", local)).toEqual(["data/out/secret.parquet"])
  expect(await outcome("../outside/*.parquet", "string", local)).toEqual(["outside/secret.parquet"])
})

describe("a file that another node names", () => {
  const check = async (file: string, roots = [join(home, "data")]) => {
    try {
      return relative(home, await fileInRoots(file.replaceAll("HOME", home), roots))
    } catch (error) {
      return error instanceof Error ? error.message.replaceAll(home, "HOME") : "no error"
    }
  }
  const message = (file: string) => `cannot read "${file}": it is not a file in the folders that this node reads`

  test.each([
    ["HOME/data/a.parquet", "data/a.parquet"],
    ["HOME/data/within/b.parquet", "data/sub/b.parquet"],
    ["HOME/data/sub/../a.parquet", "data/a.parquet"],
  ])("%s", async (file, found) => {
    expect(await check(file)).toBe(found)
  })

  test.each([
    "HOME/data/out.parquet",
    "HOME/data/out/secret.parquet",
    "HOME/data/../outside/secret.parquet",
    "HOME/data/out/../data-2/d.parquet",
    "HOME/data/gone.parquet",
    "HOME/data-2/d.parquet",
    "a.parquet",
    "/etc/passwd",
    "",
  ])("%s is refused", async (file) => {
    expect(await check(file)).toBe(message(file))
    expect(await check(file, [])).toBe(message(file))
  })
})
