import type { OutputColumn } from "../../planner/physical/stage.ts"
import type { FileFormat } from "./file-format.ts"

/** How a COPY cuts its rows into files. */
export type FileLayout =
  /** One file, at `path`. */
  | { readonly _tag: "single" }
  /** A file for each part of the result, in the folder `path`; see `partFile`. */
  | { readonly _tag: "parts" }
  /** `g=1/h=x/data_0.parquet` in the folder `path`. The last columns of each batch are the partition's values as texts. */
  | { readonly _tag: "partitions"; readonly by: readonly string[] }

/** All that a writing thread has to know, told once. */
export interface WritingJob {
  readonly path: string
  readonly layout: FileLayout
  readonly columns: readonly OutputColumn[]
  readonly file: FileFormat
  readonly compression: "none" | "gzip" | "zstd"
  readonly extension: string
  /** See `CopyPlan`. */
  readonly filenamePattern: string
}

export type WritingRequest =
  | { readonly _tag: "Job"; readonly job: WritingJob; readonly parquet: WebAssembly.Module | undefined }
  /** Rows of a part of the result, after all rows of the thread's part before. */
  | { readonly _tag: "Batch"; readonly part: number; readonly ipc: Uint8Array; readonly rows: number }
  /** A file without rows, which still has its columns. */
  | { readonly _tag: "Empty"; readonly part: number }
  /** No more comes. */
  | { readonly _tag: "End" }

export type WritingEvent =
  /** Told first: what is sent to a thread of Deno before it listens is lost. */
  | { readonly _tag: "Listening" }
  /** So many bytes of batches are encoded. */
  | { readonly _tag: "Taken"; readonly bytes: number }
  /** Every file is complete and on the disk. */
  | { readonly _tag: "Ended" }
  /** Nothing more is written. `code` and `syscall` are those of the file system's errors. */
  | {
      readonly _tag: "Failed"
      readonly message: string
      readonly code: string | undefined
      readonly syscall: string | undefined
    }

/** What the file of a part is called until all of them are complete. */
export function partFile(part: number, extension: string): string {
  return `part-${part}.${extension}`
}

/** What a file is called where it appears: the `number`-th of its folder. As in DuckDB the number ends a pattern without one. */
export function fileName(pattern: string, number: number, extension: string, uuid: () => string): string {
  const whole = /\{(i|uuid)\}/u.test(pattern) ? pattern : `${pattern}{i}`
  return `${whole.replaceAll("{i}", String(number)).replaceAll("{uuid}", () => uuid())}.${extension}`
}
