import type { SplitDecoder } from "../sources/source.ts"
import { SourceError } from "../errors.ts"

/** Every source's half in the engine's thread, loaded when its first split arrives. */
const LOADERS: Readonly<Record<string, () => Promise<SplitDecoder>>> = {
  parquet: async () => (await import("../sources/parquet/decoder.ts")).parquetDecoder,
}

const prepared = new Map<string, Promise<SplitDecoder>>()

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
  const decoder = await loader()
  await decoder.prepare()
  return decoder
}
