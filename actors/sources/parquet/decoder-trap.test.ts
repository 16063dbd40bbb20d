import { mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { expect, test } from "vitest"
import { parquetDecoder } from "./decoder.ts"
import { parquetSource } from "./source.ts"
import { craftFile } from "./testing/craft.ts"

// In a file of its own: after it, this thread's decoder is of no more use.
test("a trap is the file's error once, and the thread's from then on", async () => {
  const folder = await mkdtemp(join(tmpdir(), "skein-trap-"))
  const path = join(folder, "huge.parquet")
  const page = new Uint8Array([4, 12, 1, 2, 3, 4])
  const column = { name: "a", physical: 1, element: [], page, values: 1, codec: 4, uncompressed: 2 ** 31 - 1 }
  await writeFile(path, craftFile([column]))
  const table = await parquetSource.describe([path])
  const [split] = table.splits(["a"], []).splits
  if (split === undefined) throw new Error("no split")
  const bytes = await table.fetch(split, ["a"])
  await rm(folder, { recursive: true })
  await parquetDecoder.prepare()
  const decode = (): unknown => [...parquetDecoder.decode(bytes, [{ name: "a", type: "INTEGER" }])]
  expect(decode).toThrow(
    expect.objectContaining({
      _tag: "SourceError",
      path,
      message: `cannot read column "a" of "${path}": row group 0: its pages are damaged, or too large for the decoder's memory`,
    }),
  )
  expect(decode).toThrow(WebAssembly.RuntimeError)
})
