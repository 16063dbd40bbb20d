import { realpath } from "node:fs/promises"
import { isAbsolute, join, relative, sep } from "node:path"
import { SourceError } from "../../actors/errors.ts"
import { fileInRoots } from "../catalog/roots.ts"

/**
 * A folder that a node reads from. Nodes that give the same name are taken to see the same files there, wherever the
 * folder lies on each.
 */
export interface DataRoot {
  readonly name: string
  readonly path: string
}

/** For a file in none of the roots: no other node is asked to read it. */
const NO_ROOT = "(no data root)"

/** What a node has: its roots, and files of its own that only it can read. */
export function rootNames(roots: readonly DataRoot[]): readonly string[] {
  return [...roots.map(({ name }) => name), NO_ROOT]
}

/** `DIR`, known by its own path, or `NAME=DIR`. Rejects when there is no such folder. */
export async function dataRoot(text: string): Promise<DataRoot> {
  const [, name, folder] = /^([A-Za-z0-9_-]+)=(.+)$/su.exec(text) ?? [undefined, undefined, text]
  const path = await realpath(folder ?? text)
  return { name: name ?? path, path }
}

/** Which root a file of this node lies in, and where: the innermost when they are nested. */
export function placeInRoots(
  file: string,
  roots: readonly DataRoot[],
): { readonly root: string; readonly path: string } {
  let best: DataRoot | undefined
  for (const root of roots) {
    if (isInside(file, root.path) && (best === undefined || root.path.length > best.path.length)) best = root
  }
  return best === undefined ? { root: NO_ROOT, path: file } : { root: best.name, path: relative(best.path, file) }
}

/** Where a file that a coordinator names lies here. Rejects with SourceError when this node does not read there. */
export async function fileInRoot(
  { root: name, path }: { readonly root: string; readonly path: string },
  roots: readonly DataRoot[],
  node: string,
): Promise<string> {
  const root = roots.find((each) => each.name === name)
  const own = roots.map((each) => `"${each.name}"`).join(", ")
  if (root === undefined) {
    throw new SourceError({
      message: `node ${node} cannot read "${path}": it has no data root "${name}"`,
      path,
      hint: own === "" ? "It was started without --data." : `It has ${own}.`,
    })
  }
  if (isAbsolute(path) || path.split(/[/\\]/u).includes("..")) {
    throw new SourceError({ message: `node ${node} does not read "${path}": it leads out of its data root`, path })
  }
  return fileInRoots(
    join(root.path, path),
    roots.map((each) => each.path),
  )
}

function isInside(file: string, folder: string): boolean {
  return file.startsWith(folder.endsWith(sep) ? folder : folder + sep)
}
