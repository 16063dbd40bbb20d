import type { ResultForm } from "../../planner/physical/stage.ts"
import type { Format } from "../formats/format.ts"
import type { CsvOptions } from "./csv.ts"
import type { ParquetOptions } from "./parquet.ts"

/** What a file of COPY is written as. Plain data: it goes to the threads that write. */
export type FileFormat =
  | ({ readonly _tag: "parquet" } & Omit<ParquetOptions, "form">)
  | ({ readonly _tag: "csv" } & CsvOptions)
  | { readonly _tag: "json"; readonly array: boolean }

/** How the query hands out its values for it. */
export function formOf({ _tag }: FileFormat): ResultForm {
  return ({ parquet: "parquet", csv: "text", json: "json" } as const)[_tag]
}

/** Each is loaded when it is used. `parquet` is the encoder, compiled, where somebody did so already. */
export async function formatOf(file: FileFormat, parquet: WebAssembly.Module | undefined): Promise<Format> {
  switch (file._tag) {
    case "parquet": {
      const { parquetFormat, useParquetModule } = await import("./parquet.ts")
      if (parquet !== undefined) useParquetModule(parquet)
      return parquetFormat({ ...file, form: "parquet" })
    }
    case "csv":
      return (await import("./csv.ts")).csvFileFormat(file)
    case "json":
      return (await import("./ndjson.ts")).jsonFileFormat(file)
  }
}
