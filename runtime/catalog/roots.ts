import { realpath } from "node:fs/promises"
import { isAbsolute, normalize, relative, sep } from "node:path"
import { SourceError } from "../../actors/errors.ts"
import type { Guard } from "../../actors/sources/files.ts"
import type { TableRef } from "../../planner/ast/query.ts"
import { UnknownTable, UnsupportedSql } from "../../planner/errors.ts"
import { isGlob } from "./lookups.ts"

/**
 * The folders that a served session reads from, as absolute paths. Whoever may write into one of them is trusted: links
 * are resolved when a name is looked up, and a file is opened after that.
 */
export type Roots = readonly string[]

/**
 * Refuses a name that leads out of the roots by the way it is written, before the file system is asked anything: an
 * absolute path elsewhere, `~/`, and every `..`, which behind a link would mean another folder than the one it seems to.
 */
export function refuseOutside(ref: TableRef, roots: Roots): void {
  if (roots.length === 0) {
    const message = `"${ref.name}" cannot be read: this server was given no folder to read from`
    throw new UnknownTable({ message, span: ref.nameSpan, name: ref.name, hint: "start it with --data DIR" })
  }
  const { name } = ref
  if (name.startsWith("~/") || partsOf(name).includes("..")) throw outside(ref)
  if (isAbsolute(name) && !roots.some((root) => isInside(literalStart(name), normalize(root)))) throw outside(ref)
}

/**
 * Refuses what a link leads out of the roots to. It is told every path before anything is listed below it, so that
 * nothing can be learnt about what lies outside: not that it exists, not its name.
 */
export function rootsGuard(ref: TableRef, roots: Roots): Guard {
  let real: Promise<Roots> | undefined
  return async (path) => {
    // On the way down to a root; the way it is written was checked before.
    if (roots.some((root) => isInside(normalize(root), normalize(path)))) return true
    const found = await resolved(path)
    if (found === undefined) return false
    real ??= realRoots(roots)
    if (!(await real).some((root) => isInside(found, root))) throw outside(ref)
    return true
  }
}

/**
 * For a node that is told by another one to read a file: the file's path without links, or SourceError when that does
 * not lie in one of its roots.
 */
export async function fileInRoots(file: string, roots: Roots): Promise<string> {
  const found = isAbsolute(file) ? await resolved(file) : undefined
  const inside = found !== undefined && (await realRoots(roots)).some((root) => isInside(found, root))
  if (inside) return found
  throw new SourceError({
    message: `cannot read "${file}": it is not a file in the folders that this node reads`,
    path: file,
    hint: roots.length === 0 ? "It was started without --data DIR." : `It reads ${roots.join(", ")}.`,
  })
}

function outside(ref: TableRef): UnsupportedSql {
  return new UnsupportedSql({
    message: `'${ref.name}' leads out of the folders that this server reads`,
    span: ref.nameSpan,
    hint: "name files relative to its data folder, without '..'; links must stay inside, too",
  })
}

/** A backslash separates the parts of a pattern, as a slash does. */
function partsOf(name: string): readonly string[] {
  return name.split(/[/\\]/)
}

/** What a path is before its first wildcard: nothing above that is ever listed. */
function literalStart(path: string): string {
  const parts = partsOf(path)
  const wild = parts.findIndex(isGlob)
  return normalize(wild < 0 ? path : parts.slice(0, wild).join("/") || "/")
}

function isInside(path: string, root: string): boolean {
  const way = relative(root, path)
  return way === "" || (way !== ".." && !way.startsWith(`..${sep}`) && !isAbsolute(way))
}

async function realRoots(roots: Roots): Promise<Roots> {
  const found = await Promise.all(roots.map(resolved))
  return found.filter((root) => root !== undefined)
}

/** The path without links; undefined when there is nothing, or nothing that could be read: then nothing is found there. */
async function resolved(path: string): Promise<string | undefined> {
  try {
    return await realpath(path)
  } catch {
    return undefined
  }
}
