import type { Dirent } from "node:fs"
import { readdir, stat } from "node:fs/promises"
import { homedir } from "node:os"
import { isAbsolute } from "node:path"
import { SourceError } from "../errors.ts"
import { hasGlob, matchesGlob } from "./glob.ts"

/** Files that one pattern may name. */
const FILES_MAX = 1_000_000
/** Directories below one another that `**` looks into. */
const DEPTH_MAX = 256

/**
 * Is told of a path before anything is asked of it or listed below it. What it throws ends the search; false says that there
 * is nothing.
 */
export type Guard = (path: string) => Promise<boolean>

/**
 * The regular files that a path or pattern names, as absolute paths in the order of their bytes; none is no error. A
 * name that exists as it is written is taken as such, even when it holds `*`, `?` or `[`.
 *
 * As in DuckDB: `*` and `?` match hidden files too but no `/`, `[!a]` negates, `**` as a whole part stands for any
 * number of directories, also none, and does not follow links, which every other part does; a backslash separates parts.
 */
export async function expandFiles(pattern: string, cwd: string, guard?: Guard): Promise<readonly string[]> {
  const { base, rest } = split(pattern, cwd)
  const path = `${base}/${rest}`
  if (guard !== undefined) await guardWay(base, rest, guard)
  if (await isRegularFile(path, pattern)) return [path]
  if (!hasGlob(rest) || /[/\\]$/.test(rest)) return []
  const parts = rest.split(/[/\\]/).filter((part) => part !== "" && part !== ".")
  if (parts.filter((part) => part === "**").length > 1) {
    throw new SourceError({
      message: `the pattern '${pattern}' has more than one '**'`,
      path: pattern,
      hint: "One '**' stands for any number of directories.",
    })
  }
  let found: readonly string[] = [base]
  for (const [index, part] of parts.entries()) {
    found = await step(found, part, index === parts.length - 1, pattern, guard)
    if (found.length > FILES_MAX) {
      throw new SourceError({
        message: `'${pattern}' names more than ${FILES_MAX} files`,
        path: pattern,
        hint: "Use a narrower pattern.",
      })
    }
  }
  const keyed = found.map((file) => ({ file, key: Buffer.from(file) }))
  return keyed.sort((a, b) => Buffer.compare(a.key, b.key)).map(({ file }) => file)
}

/** The directory where a pattern starts, without a slash at its end, and the pattern from there. */
function split(pattern: string, cwd: string): { readonly base: string; readonly rest: string } {
  if (isAbsolute(pattern)) return { base: "", rest: pattern.slice(1) }
  const start = pattern.startsWith("~/") ? homedir() : cwd
  return { base: start.replace(/\/+$/, ""), rest: pattern.replace(/^~\//, "") }
}

/** Every directory on the way of a path as it is written, and the path itself; below nothing there is nothing. */
async function guardWay(base: string, rest: string, guard: Guard): Promise<void> {
  let path = base
  for (const part of rest.split("/")) {
    path = `${path}/${part}`
    if (!(await guard(path))) return
  }
}

/** The directories, or at the last part the files, that one more part of the pattern leads to. */
async function step(
  bases: readonly string[],
  part: string,
  last: boolean,
  pattern: string,
  guard: Guard | undefined,
): Promise<readonly string[]> {
  const found: string[] = []
  for (const base of bases) {
    if (part === "**") await crawl(base, last, found, pattern, 0)
    else if (!hasGlob(part)) {
      await guard?.(`${base}/${part}`)
      if (!last || (await isRegularFile(`${base}/${part}`, pattern))) found.push(`${base}/${part}`)
    } else {
      for (const entry of await entries(base, pattern)) {
        const path = `${base}/${entry.name}`
        if (!matchesGlob(entry.name, part)) continue
        // What is no link lies where its directory lies.
        if (entry.isSymbolicLink()) await guard?.(path)
        if (await (last ? isRegularFile(path, pattern) : isDirectory(path, pattern))) found.push(path)
      }
    }
  }
  return found
}

/** `directory` and all directories below it, or all regular files in them; links are left out. */
async function crawl(
  directory: string,
  files: boolean,
  found: string[],
  pattern: string,
  depth: number,
): Promise<void> {
  if (depth > DEPTH_MAX) {
    throw new SourceError({ message: `'${pattern}' leads through more than ${DEPTH_MAX} directories`, path: directory })
  }
  if (!files) found.push(directory)
  for (const entry of await entries(directory, pattern)) {
    const path = `${directory}/${entry.name}`
    if (entry.isDirectory()) await crawl(path, files, found, pattern, depth + 1)
    else if (files && entry.isFile()) found.push(path)
    if (found.length > FILES_MAX) return
  }
}

async function entries(directory: string, pattern: string): Promise<readonly Dirent[]> {
  try {
    return await readdir(directory === "" ? "/" : directory, { withFileTypes: true })
  } catch (cause) {
    return absentOr(cause, directory, pattern, [])
  }
}

async function isRegularFile(path: string, pattern: string): Promise<boolean> {
  try {
    return (await stat(path)).isFile()
  } catch (cause) {
    return absentOr(cause, path, pattern, false)
  }
}

async function isDirectory(path: string, pattern: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory()
  } catch (cause) {
    return absentOr(cause, path, pattern, false)
  }
}

const ABSENT = new Set(["ENOENT", "ENOTDIR", "ELOOP", "ENAMETOOLONG"])

/** What is not there matches nothing; what is there and may not be read would be rows left out in silence. */
function absentOr<A>(cause: unknown, path: string, pattern: string, absent: A): A {
  const code = cause instanceof Error && "code" in cause && typeof cause.code === "string" ? cause.code : ""
  if (ABSENT.has(code)) return absent
  const found = code === "EACCES" || code === "EPERM" ? "permission denied" : code
  throw new SourceError({ message: `cannot look for '${pattern}' in "${path}": ${found}`, path })
}
