import { readFile } from "node:fs/promises"
import * as Schema from "effect/Schema"
import { carriedVersion } from "../../actors/installation.ts"

const Package = Schema.fromJsonString(Schema.Struct({ name: Schema.String, version: Schema.String }))

/** The version of the package that this file belongs to: in a clone two folders up, in `dist` one more. */
export async function packageVersion(): Promise<string> {
  const carried = carriedVersion()
  if (carried !== undefined) return carried
  for (const up of ["../../package.json", "../../../package.json"]) {
    const text = await readFile(new URL(up, import.meta.url), "utf8").catch(() => undefined)
    if (text !== undefined) return Schema.decodeUnknownSync(Package)(text).version
  }
  throw new Error("package.json is missing beside the command")
}
