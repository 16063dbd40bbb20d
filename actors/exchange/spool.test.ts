import { spawn } from "node:child_process"
import { once } from "node:events"
import { mkdir, mkdtemp, readdir, rm, stat, symlink, truncate, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { crc32 } from "node:zlib"
import { afterEach, beforeEach, expect, test } from "vitest"
import { spoolFolder, sweepSpoolFolders } from "./spool-folder.ts"
import { folderPrefix, isAlive, thisOwner } from "./spool-owner.ts"
import { exchangeStore, openExchangeStore } from "./store.ts"

let parent = ""
beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), "spool-test-"))
})
afterEach(async () => {
  await rm(parent, { recursive: true, force: true })
})

const key = { query: "q", stage: 1, task: 0, attempt: 0 }
const bytes = new Uint8Array(1000).fill(7)
const batch = { bytes, rows: 1, checksum: crc32(bytes) }
const marker = { batches: 1, rows: 1, bytes: 1000 }
const request = { query: "q", stage: 1, producers: 1, partition: 0, windowBytes: 1 } as const

async function spooledStore() {
  const store = await openExchangeStore({ memoryBytes: 0, spoolParent: parent })
  store.begin("q")
  await store.append({ ...key, partition: 0, sequence: 0 }, batch)
  const [folder = ""] = await readdir(parent)
  const [file = ""] = await readdir(join(parent, folder))
  return { store, folder: join(parent, folder), file: join(parent, folder, file) }
}

test("the folder and its files are for this user only; release deletes the file, close the folder", async () => {
  const { store, folder, file } = await spooledStore()
  expect((await stat(folder)).mode & 0o777).toBe(0o700)
  expect((await stat(file)).mode & 0o777).toBe(0o600)
  await store.release("q")
  expect(await readdir(folder)).toEqual([])
  await store.close()
  expect(await readdir(parent)).toEqual([])
})

test("nothing is made while memory is enough", async () => {
  const store = await openExchangeStore({ memoryBytes: 10_000, spoolParent: parent })
  store.begin("q")
  await store.append({ ...key, partition: 0, sequence: 0 }, batch)
  expect(await readdir(parent)).toEqual([])
  await store.close()
})

test("sweep removes dead processes' folders and nothing else", async () => {
  const dead = spawn(process.execPath, ["-e", ""])
  await once(dead, "exit")
  const owner = thisOwner()
  const names = {
    dead: `${folderPrefix({ ...owner, pid: dead.pid ?? 0 })}aaaaaa`,
    reusedPid: `${folderPrefix({ ...owner, start: "1" })}bbbbbb`,
    alive: `${folderPrefix(owner)}cccccc`,
    elsewhere: `${folderPrefix({ ...owner, place: "00000000", pid: dead.pid ?? 0 })}dddddd`,
    foreign: "skein-spool-of-somebody",
  }
  for (const name of Object.values(names)) await mkdir(join(parent, name))
  await writeFile(join(parent, names.dead, "1-stage1-task0-attempt0"), "left behind")
  const linked = `${folderPrefix({ ...owner, pid: dead.pid ?? 0 })}eeeeee`
  await symlink(join(parent, names.alive), join(parent, linked))

  const swept = await sweepSpoolFolders(parent)
  expect(swept.kept).toEqual([])
  const left = await readdir(parent)
  expect(left.toSorted()).toEqual([names.alive, names.elsewhere, names.foreign, linked].toSorted())
  expect(swept.removed.toSorted()).toEqual([join(parent, names.dead), join(parent, names.reusedPid)].toSorted())
})

test("an owner is alive until it is certainly not", () => {
  const owner = thisOwner()
  expect(isAlive(owner)).toBe(true)
  expect(isAlive({ ...owner, start: "0" })).toBe(true)
  expect(isAlive({ ...owner, start: "1" })).toBe(false)
})

test("a spool folder that cannot be made fails the query with the disk's own words", async () => {
  const store = exchangeStore(0, spoolFolder(join(parent, "file")))
  await writeFile(join(parent, "file"), "")
  store.begin("q")
  const appended = store.append({ ...key, partition: 0, sequence: 0 }, batch)
  await expect(appended).rejects.toThrow(
    `Query q, stage 1, task 0 (attempt 0): a batch of 1000 bytes could not be spooled ` +
      `(EEXIST: file already exists, mkdir '${join(parent, "file")}'); ` +
      `look after the disk of ${join(parent, "file")} (TMPDIR names another folder) and run the query again.`,
  )
  await expect(store.finish(key, [marker])).rejects.toThrow("could not be spooled")
  await expect(store.open(request).next()).rejects.toThrow("could not be spooled")
  await store.close()
  expect(store.counts()).toMatchObject({ memoryBytes: 0, spooledBytes: 0, spooledFiles: 0 })
})

test("a disk that fills up later: the batches that waited fail too, none is lost in silence", async () => {
  const folder = spoolFolder(parent)
  let writes = 0
  const filling = {
    ...folder,
    file: (name: string) => {
      const file = folder.file(name)
      const append = (bytes: Uint8Array) => {
        writes += 1
        return writes === 1 ? file.append(bytes) : Promise.reject(new Error("ENOSPC: no space left on device, write"))
      }
      return { ...file, append }
    },
  }
  const store = exchangeStore(0, filling)
  store.begin("q")
  expect(await store.append({ ...key, partition: 0, sequence: 0 }, batch)).toBe("taken")
  const late = [1, 2, 3].map((sequence) => store.append({ ...key, partition: 0, sequence }, batch))
  for (const append of late) await expect(append).rejects.toThrow("no space left on device")
  await store.close()
  expect(await readdir(parent)).toEqual([])
})

test("every file that a reader opens is closed again, also when it is left early", async () => {
  const folder = spoolFolder(parent)
  let opened = 0
  let closed = 0
  const counting = {
    ...folder,
    file: (name: string) => {
      const file = folder.file(name)
      const openReader = async () => {
        const reader = await file.openReader()
        opened += 1
        const close = async () => {
          await reader.close()
          closed += 1
        }
        return { ...reader, close }
      }
      return { ...file, openReader }
    },
  }
  const store = exchangeStore(0, counting)
  store.begin("q")
  for (const sequence of [0, 1, 2]) await store.append({ ...key, partition: 0, sequence }, batch)
  await store.finish(key, [{ batches: 3, rows: 3, bytes: 3000 }])
  store.commit(key)
  const whole = store.open(request)
  while ((await whole.next()) !== undefined);
  expect([opened, closed]).toEqual([1, 1])
  const early = store.open(request)
  await early.next()
  await early.close()
  expect([opened, closed]).toEqual([2, 2])
  await store.close()
})

test("a file that is damaged or cut short is noticed when it is read back", async () => {
  const { store, file } = await spooledStore()
  await store.finish(key, [marker])
  store.commit(key)
  await writeFile(file, new Uint8Array(1000).fill(8))
  await expect(store.open(request).next()).rejects.toThrow("partition 0: batch 0 is damaged")
  await truncate(file, 600)
  await expect(store.open(request).next()).rejects.toThrow(
    "Query q, stage 1, task 0 (attempt 0): batch 0 could not be read back from the spool folder " +
      `(it ends 400 bytes too early); look after the disk of ${parent} (TMPDIR names another folder) and run the query again.`,
  )
  await store.close()
})
