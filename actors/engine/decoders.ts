import type { SplitDecoder } from "../sources/source.ts"
import { SourceError } from "../errors.ts"

type Load = (module: Promise<WebAssembly.Module>) => Promise<SplitDecoder>

/**
 * Every source's half in the engine's thread. The names are literal: in Deno the thread may read no file, and only what
 * can be seen in the text of its code is loaded for it.
 */
const LOADERS: Readonly<Record<string, Load>> = {
  parquet: async (module) => (await import("../sources/parquet/decoder.ts")).parquetDecoderWith(() => module),
}

const modules = new Map<string, PromiseWithResolvers<WebAssembly.Module>>()
const prepared = new Map<string, Promise<SplitDecoder>>()

/** The module that a decoder runs on, which the thread could not load itself. Prepares the decoder. */
export function provideModule(kind: string, module: WebAssembly.Module): void {
  moduleFor(kind).resolve(module)
  // Whoever has a split is told of a failure.
  decoderFor(kind).catch(() => undefined)
}

/** Rejects with SourceError for a kind that has no decoder. */
export function decoderFor(kind: string): Promise<SplitDecoder> {
  const known = prepared.get(kind)
  if (known !== undefined) return known
  const loading = load(kind)
  prepared.set(kind, loading)
  return loading
}

async function load(kind: string): Promise<SplitDecoder> {
  const loader = LOADERS[kind]
  if (loader === undefined) {
    const kinds = Object.keys(LOADERS).join(", ")
    throw new SourceError({ message: `there is no decoder for splits of kind "${kind}"; there are: ${kinds}` })
  }
  const decoder = await loader(moduleFor(kind).promise)
  await decoder.prepare()
  return decoder
}

function moduleFor(kind: string): PromiseWithResolvers<WebAssembly.Module> {
  const known = modules.get(kind)
  if (known !== undefined) return known
  const awaited = Promise.withResolvers<WebAssembly.Module>()
  modules.set(kind, awaited)
  return awaited
}
