import { availableParallelism, cpus } from "node:os"
import * as path from "node:path"
import { ms, table } from "../../runtime/cli/timing.ts"
import type { TpchOptions } from "../tpch/generate.ts"
import { ensureTpch } from "./tpch-data.ts"

/** One part of the engine against what else could do it, measured in one run. */
export interface MicroResult {
  readonly name: string
  readonly ms: number
  readonly against: { readonly name: string; readonly ms: number }
  /** Most that `ms` may be of the other. */
  readonly ratioMax: number
}

export interface MicroBenchOptions {
  readonly scale: number
  readonly rounds: number
  /** Where the Parquet files are, or will be. */
  readonly dataDir: string
  readonly onData: NonNullable<TpchOptions["onProgress"]>
  readonly signal: AbortSignal
}

export interface MicroBenchReport {
  readonly conditions: {
    readonly scale: number
    readonly rounds: number
    readonly cores: number
    readonly cpu: string
    readonly runtime: string
    readonly date: string
  }
  readonly results: readonly MicroResult[]
}

/** Every part in turn, in one thread; each has checked that both sides give the same before it is timed. */
export async function benchMicro(options: MicroBenchOptions): Promise<MicroBenchReport> {
  const { scale, rounds, dataDir, signal } = options
  await ensureTpch(dataDir, scale, options.onData, signal)
  const lineitem = path.join(dataDir, "lineitem.parquet")
  const { decodeLineitem } = await import("../micro/parquet-decode.ts")
  const { filterLineitem } = await import("../micro/parquet-filter.ts")
  const results = [...(await decodeLineitem(lineitem, rounds)), ...(await filterLineitem(lineitem, rounds))]
  const conditions = {
    scale,
    rounds,
    cores: availableParallelism(),
    cpu: cpus()[0]?.model ?? "unknown processor",
    runtime: runtimeName(),
    date: new Date().toISOString(),
  }
  return { conditions, results }
}

function runtimeName(): string {
  const { bun, deno, node } = process.versions
  return bun !== undefined ? `Bun ${bun}` : deno !== undefined ? `Deno ${deno}` : `Node ${node}`
}

export const ratioOf = (result: MicroResult): number => result.ms / result.against.ms

export function microText({ conditions, results }: MicroBenchReport): string {
  const { scale, rounds, cpu, cores, runtime } = conditions
  const rows = results.map((result) => [
    result.name,
    result.against.name,
    ms(result.ms),
    ms(result.against.ms),
    `${ratioOf(result).toFixed(2)}x`,
    `${result.ratioMax.toFixed(2)}x`,
  ])
  return [
    `TPC-H at scale ${scale}, one thread, best of ${rounds}. ${cpu}, ${cores} cores, ${runtime}.`,
    "",
    ...table(["what", "against", "ours", "theirs", "ratio", "at most"], rows, 2),
  ].join("\n")
}

export function microJson({ conditions, results }: MicroBenchReport): string {
  return `${JSON.stringify({ conditions, results: results.map((each) => ({ ...each, ratio: ratioOf(each) })) }, undefined, 2)}\n`
}
