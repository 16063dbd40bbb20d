import { copyFile, mkdir, mkdtemp, rename, rm, stat, truncate, utimes, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import * as path from "node:path"
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest"
import { spawnEngine } from "../../actors/engine/thread.ts"
import { parquetSource } from "../../actors/sources/parquet/source.ts"
import type { Source } from "../../actors/sources/source.ts"
import { ENGINE_MACROS } from "../../planner/lowering/engine-macros.ts"
import { openNode } from "../../runtime/coordinator/node.ts"
import { sqlPlanner } from "../../runtime/coordinator/sql-planner.ts"
import { openSession } from "../../runtime/local.ts"
import { engineMemory } from "../../runtime/pool/memory.ts"
import type { Session } from "../../runtime/session.ts"
import { ask, numberFile } from "./number-files.ts"

/** What engines keep of files never outlives what the files hold. Counted by hits and misses, never by times. */

let folder = ""
let session: Session
let made = 0
/** A folder, and a file in it, of each test. */
let lake = ""
let file = ""

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "skein-stale-"))
  session = await openSession({ workers: 1, dataDir: undefined, cwd: folder })
})
afterAll(async () => {
  await session.close()
  await rm(folder, { recursive: true })
})
beforeEach(async () => {
  made += 1
  lake = path.join(folder, `lake${made}`)
  file = path.join(lake, "x.parquet")
  await mkdir(lake)
  await writeFile(file, numberFile([1, 2, 3]))
})

const sum = (column = "a") => ask(session, `SELECT sum(${column}) FROM '${file}'`)
const sumAll = () => ask(session, `SELECT sum(a) FROM '${lake}/*.parquet'`)

async function setTimes(of: string, to: string): Promise<void> {
  const { atime, mtime } = await stat(to)
  await utimes(of, atime, mtime)
}

describe("the same file", () => {
  test("is read once", async () => {
    expect(await sum()).toMatchObject({ first: ["6"], hits: 0, misses: 1 })
    const { first, hits, misses, metrics } = await sum()
    expect({ first, hits, misses, bytesRead: metrics.bytesRead, decoded: metrics.bytesDecoded }).toEqual({
      first: ["6"],
      hits: 1,
      misses: 0,
      bytesRead: 0,
      decoded: 0,
    })
  })

  test("by another name of the way there", async () => {
    await sum()
    expect(
      await ask(session, `SELECT sum(a) FROM read_parquet('${lake}/../${path.basename(lake)}/x.parquet')`),
    ).toMatchObject({
      first: ["6"],
    })
  })

  test("grows column by column", async () => {
    await sum("a")
    expect(await ask(session, `SELECT sum(a), sum(b) FROM '${file}'`)).toMatchObject({
      first: ["6", "6"],
      hits: 1,
      misses: 1,
    })
    expect(await sum("b")).toMatchObject({ hits: 1, misses: 0 })
  })
})

describe("a file that is not the same any more", () => {
  test("rewritten in place", async () => {
    await sum()
    await writeFile(file, numberFile([10, 20, 30, 40]))
    expect(await sum()).toMatchObject({ first: ["100"], hits: 0, misses: 1 })
    expect(await sum()).toMatchObject({ first: ["100"], hits: 1, misses: 0 })
  })

  test("of the same size and time, with another footer", async () => {
    const before = path.join(folder, "before")
    await copyFile(file, before)
    await setTimes(before, file)
    await sum()
    await writeFile(file, numberFile([10, 20, 30], "TEST"))
    await setTimes(file, before)
    expect(await sum()).toMatchObject({ first: ["60"], hits: 0, misses: 1 })
  })

  test("of the same size, time and footer, with other pages", async () => {
    const before = path.join(folder, "before")
    await copyFile(file, before)
    await setTimes(before, file)
    await sum()
    await writeFile(file, numberFile([10, 20, 30]))
    await setTimes(file, before)
    expect(await sum()).toMatchObject({ first: ["60"], hits: 0, misses: 1 })
  })

  test("replaced by rename, with the same size, time and footer", async () => {
    await sum()
    const next = path.join(lake, "next")
    await writeFile(next, numberFile([10, 20, 30]))
    await setTimes(next, file)
    await rename(next, file)
    expect(await sum()).toMatchObject({ first: ["60"], hits: 0, misses: 1 })
  })

  test("touched: read again, with the same answer", async () => {
    await sum()
    await utimes(file, new Date(2000, 0, 1), new Date(2000, 0, 1))
    expect(await sum()).toMatchObject({ first: ["6"], hits: 0, misses: 1 })
    expect(await sum()).toMatchObject({ first: ["6"], hits: 1, misses: 0 })
  })

  test("back again as it was: what was kept of it may not be used, or must be right", async () => {
    await sum()
    await writeFile(file, numberFile([10, 20, 30]))
    await sum()
    await writeFile(file, numberFile([1, 2, 3]))
    expect(await sum()).toMatchObject({ first: ["6"] })
  })

  test("added: only what is new is read", async () => {
    await sumAll()
    await writeFile(path.join(lake, "y.parquet"), numberFile([100]))
    expect(await sumAll()).toMatchObject({ first: ["106"], hits: 1, misses: 1 })
  })

  test("removed", async () => {
    await writeFile(path.join(lake, "y.parquet"), numberFile([100]))
    expect(await sumAll()).toMatchObject({ first: ["106"], hits: 0, misses: 2 })
    await rm(path.join(lake, "y.parquet"))
    expect(await sumAll()).toMatchObject({ first: ["6"], hits: 1, misses: 0 })
    await rm(file)
    await expect(sum()).rejects.toMatchObject({ message: expect.stringContaining("x.parquet") })
  })

  test("renamed: what went by the name before is another file's", async () => {
    const other = path.join(lake, "y.parquet")
    await writeFile(other, numberFile([10, 20, 30]))
    expect(await sumAll()).toMatchObject({ first: ["66"] })
    await rename(file, path.join(lake, "z.parquet"))
    await rename(other, file)
    expect(await sum()).toMatchObject({ first: ["60"] })
  })

  test("cut off: refused, and right again when it is whole", async () => {
    await sum()
    await truncate(file, 40)
    await expect(sum()).rejects.toMatchObject({
      _tag: "SourceError",
      message: `cannot read "${file}": the Parquet file is damaged: it does not end with "PAR1", as if it had been cut off`,
    })
    await writeFile(file, numberFile([4, 5, 6]))
    expect(await sum()).toMatchObject({ first: ["15"] })
  })
})

describe("a file that changes while a query reads it", () => {
  /** A node on which `meanwhile` happens after the query's files were described and before the first of them is read. */
  async function askWhile(meanwhile: () => Promise<void>) {
    const memory = engineMemory(1)
    const source: Source = {
      kind: parquetSource.kind,
      describe: async (...args) => {
        const table = await parquetSource.describe(...args)
        return {
          ...table,
          fetch: async (...wanted) => {
            await meanwhile()
            return table.fetch(...wanted)
          },
        }
      },
    }
    const node = await openNode({
      workers: 1,
      places: { dataDir: undefined, cwd: folder },
      planner: sqlPlanner,
      source,
      spawn: (name) => spawnEngine({ name, ...memory, ...ENGINE_MACROS }),
    })
    try {
      return await ask(node, `SELECT sum(a) FROM '${file}'`)
    } finally {
      await node.close()
    }
  }

  test.each([
    ["cut off", () => truncate(file, 40)],
    ["written anew", () => writeFile(file, numberFile([7, 8]))],
    [
      "replaced by rename",
      async () => {
        await writeFile(path.join(lake, "next"), numberFile([1, 2, 3]))
        await setTimes(path.join(lake, "next"), file)
        await rename(path.join(lake, "next"), file)
      },
    ],
  ])("%s: the query fails, and says why", async (_, change) => {
    await expect(askWhile(change)).rejects.toMatchObject({
      _tag: "SourceError",
      message: `cannot read "${file}": it was changed while it was read`,
      hint: "Run the query again when the file is no longer written.",
    })
  })

  test("removed: the query fails, and says why", async () => {
    await expect(askWhile(() => rm(file, { force: true }))).rejects.toMatchObject({
      message: `cannot read "${file}": there is no such file`,
    })
  })
})
