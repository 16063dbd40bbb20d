import { lstat, realpath } from "node:fs/promises"
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from "node:path"
import type { Span } from "../../../planner/ast/span.ts"
import { UnsupportedSql } from "../../../planner/errors.ts"

/**
 * Where a path of COPY lies: below the write root, with all links resolved. A relative path starts there. Rejects with
 * UnsupportedSql for whatever leads out of it, by name or by a link.
 */
export async function placeToWrite(path: string, span: Span, writeRoot: string | undefined): Promise<string> {
  if (writeRoot === undefined) {
    const message = "COPY … TO has no folder to write to"
    throw new UnsupportedSql({
      message,
      span,
      hint: "start skein with --write-root DIR; paths are relative to that folder",
    })
  }
  const parts = path.split(/[/\\]/u)
  if (/^[a-z][a-z0-9+.-]*:\/\//iu.test(path)) throw outside(path, span, "only files on local disk are written")
  if (path === "" || path.includes("\0") || parts.includes("..") || path.startsWith("~")) throw outside(path, span)
  const root = await realpath(writeRoot).catch(() => undefined)
  if (root === undefined) throw new UnsupportedSql({ message: `the write root ${writeRoot} is not there`, span })
  const wanted = isAbsolute(path) ? resolve(path) : resolve(writeRoot, path)
  const found = await resolved(wanted)
  if (!isInside(found, root)) throw outside(path, span)
  return found
}

/** What is there without links, and what is not there yet as it is named. */
async function resolved(path: string): Promise<string> {
  const real = await realpath(path).catch(() => undefined)
  if (real !== undefined) return real
  // A link to nothing would be written through.
  const link = await lstat(path).then(
    (entry) => entry.isSymbolicLink(),
    () => false,
  )
  const parent = dirname(path)
  if (link || parent === path) return sep
  return join(await resolved(parent), basename(path))
}

function isInside(path: string, root: string): boolean {
  const way = relative(root, path)
  return way !== "" && way !== ".." && !way.startsWith(`..${sep}`) && !isAbsolute(way)
}

function outside(
  path: string,
  span: Span,
  hint = "name a path inside it, without '..'; links must stay inside, too",
): UnsupportedSql {
  return new UnsupportedSql({ message: `'${path}' is not a path below the write root`, span, hint })
}
