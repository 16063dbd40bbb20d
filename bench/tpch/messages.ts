import type { Piece } from "./cut.ts"
import type { Scale } from "./scale.ts"
import type { ChunkFacts } from "./write/parquet/column-chunk.ts"

export type TpchFormat = "parquet" | "csv" | "tbl"

/** What a worker is started with. */
export interface Setup {
  readonly pool: SharedArrayBuffer
  readonly scale: Scale
  readonly format: TpchFormat
  readonly pieceRows: number
}

export type ToWorker =
  | { readonly kind: "segment"; readonly index: number }
  /** `spare`: a buffer that has been written to its file, to be filled again */
  | { readonly kind: "piece"; readonly piece: Piece; readonly spare: ArrayBuffer | undefined }

export interface Made {
  readonly kind: "made"
  readonly bytes: ArrayBuffer
  readonly length: number
  /** of Parquet, in the order of the columns */
  readonly chunks: readonly ChunkFacts[]
}

export type FromWorker = { readonly kind: "filled" } | Made
