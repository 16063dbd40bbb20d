import { extname } from "node:path"

/** What a file's ending says that it is, of the formats that are known but cannot be read yet. */
export function formatOf(file: string): string | undefined {
  const name = file.toLowerCase().replace(/\.(gz|zst)$/, "")
  switch (extname(name)) {
    case ".csv":
      return "CSV"
    case ".tsv":
      return "TSV"
    case ".json":
      return "JSON"
    case ".ndjson":
    case ".jsonl":
      return "newline-delimited JSON"
    default:
      return undefined
  }
}
