/**
 * Makes the `.tbl` files of a scale factor and compares their MD5s with those of the official generator.
 *
 *   node bench/tpch/verify.ts [--scale 1] [--threads N]
 */
import { createHash } from "node:crypto"
import { createReadStream } from "node:fs"
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { parseArgs } from "node:util"
import { generateTpch, type TpchReport } from "./generate.ts"
import { OFFICIAL_MD5 } from "./official-md5.ts"

export async function md5Of(path: string): Promise<string> {
  const hash = createHash("md5")
  for await (const chunk of createReadStream(path)) hash.update(chunk)
  return hash.digest("hex")
}

/** A line for each table that was made; `equal` is whether all are the official ones. */
export async function compareWithOfficial(
  scale: number,
  report: TpchReport,
): Promise<{ readonly lines: readonly string[]; readonly equal: boolean }> {
  const official = OFFICIAL_MD5.get(scale)
  const lines: string[] = []
  let equal = official !== undefined
  for (const { name, rows, files } of report.tables) {
    const found = await md5Of(files[0]!)
    const same = found === official?.[name]
    equal &&= same
    const verdict = same ? "equal" : `DIFFERENT, official is ${official?.[name] ?? "not known"}`
    lines.push(`${name.padEnd(9)} ${String(rows).padStart(9)} rows  ${found}  ${verdict}`)
  }
  return { lines, equal }
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { scale: { type: "string", default: "1" }, threads: { type: "string" } },
  })
  const scale = Number(values.scale)
  if (!OFFICIAL_MD5.has(scale)) {
    process.stderr.write(
      `no official MD5s for scale ${values.scale}; there are ${[...OFFICIAL_MD5.keys()].join(", ")}\n`,
    )
    process.exitCode = 2
    return
  }
  const out = await mkdtemp(join(tmpdir(), "skein-tpch-"))
  try {
    const threads = values.threads === undefined ? {} : { threads: Number(values.threads) }
    const report = await generateTpch({ scale, format: "tbl", out, ...threads })
    const { lines, equal } = await compareWithOfficial(scale, report)
    process.stdout.write(`${lines.join("\n")}\n${equal ? "all equal" : "NOT EQUAL"}, ${Math.round(report.ms)} ms\n`)
    if (!equal) process.exitCode = 1
  } finally {
    await rm(out, { recursive: true, force: true })
  }
}

if (import.meta.main) await main()
