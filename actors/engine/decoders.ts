import type { SplitDecoder } from "../sources/source.ts"
import { SourceError } from "../errors.ts"

/**
 * Every source's half in the engine's thread. The names are literal: in Deno the thread may read no file, and only what
 * can be seen in the text of its code is loaded for it.
 */
const LOADERS: Readonly<Record<string, () => Promise<SplitDecoder>>> = {
  parquet: async () => (await import("../sources/parquet/decoder.ts")).parquetDecoder,
}

const loaded = new Map<string, Promise<SplitDecoder>>()

/** Begins to load what most splits need. Whoever has a split is told of a failure. */
export function loadDecoders(): void {
  for (const kind of Object.keys(LOADERS)) decoderFor(kind).catch(() => undefined)
}

/** Rejects with SourceError for a kind that has no decoder. */
export function decoderFor(kind: string): Promise<SplitDecoder> {
  const known = loaded.get(kind)
  if (known !== undefined) return known
  const loading = load(kind)
  loaded.set(kind, loading)
  return loading
}

async function load(kind: string): Promise<SplitDecoder> {
  const loader = LOADERS[kind]
  if (loader !== undefined) return loader()
  const kinds = Object.keys(LOADERS).join(", ")
  throw new SourceError({ message: `there is no decoder for splits of kind "${kind}"; there are: ${kinds}` })
}
