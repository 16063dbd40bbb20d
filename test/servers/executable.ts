import { accessSync, constants } from "node:fs"
import * as path from "node:path"

/** Programs that suites start, each the name of its executable. */
export type Server = "nats-server" | "bun" | "deno"

/** What this package brings along; Debian keeps servers where only root's PATH looks. */
const OWN_FOLDER = path.resolve(import.meta.dirname, "..", "..", "node_modules", ".bin")
const MORE_FOLDERS = ["/usr/local/sbin", "/usr/sbin"]

/** The program's file; nothing when it is not installed. */
export function executableOf(server: Server): string | undefined {
  const folders = [OWN_FOLDER, ...(process.env["PATH"] ?? "").split(path.delimiter), ...MORE_FOLDERS]
  return folders.map((folder) => path.join(folder, server)).find(isExecutable)
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK)
    return true
  } catch {
    return false
  }
}
