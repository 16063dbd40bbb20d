import { createHash } from "node:crypto"
import { readFileSync, readlinkSync } from "node:fs"
import { hostname } from "node:os"

/**
 * A spool folder's name says whose it is, so that the next process can tell a dead owner's folder from a live one's:
 *
 *   skein-spool-<place>-<pid>-<start>-<random>
 *
 * `place` stands for the host and its process-id namespace: a pid means nothing anywhere else, so folders of another
 * place (a container that shares the folder) are never judged. `start` is when the kernel started the process, 0 where
 * it does not tell: a pid is used again, a pid with its start time is not.
 */
export interface SpoolOwner {
  readonly place: string
  readonly pid: number
  readonly start: string
}

const FOLDER = /^skein-spool-([0-9a-f]{8})-([0-9]+)-([0-9]+)-[A-Za-z0-9]+$/

/** Where the kernel's count of start ticks stands in /proc/<pid>/stat, after the name in parentheses. */
const START_FIELD_AFTER_NAME = 19

export function thisOwner(): SpoolOwner {
  return { place: thisPlace(), pid: process.pid, start: startOf(process.pid) ?? "0" }
}

/** What `mkdtemp` completes with six random letters. */
export function folderPrefix(owner: SpoolOwner): string {
  return `skein-spool-${owner.place}-${owner.pid}-${owner.start}-`
}

export function folderOwner(name: string): SpoolOwner | undefined {
  const [, place, pid, start] = FOLDER.exec(name) ?? []
  if (place === undefined || pid === undefined || start === undefined) return undefined
  return { place, pid: Number(pid), start }
}

/** Only a clear no is a no: whatever cannot be found out counts as alive. */
export function isAlive(owner: SpoolOwner): boolean {
  if (owner.place !== thisPlace()) return true
  try {
    process.kill(owner.pid, 0)
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ESRCH") return false
    return true
  }
  const start = startOf(owner.pid)
  return start === undefined || owner.start === "0" || start === owner.start
}

function thisPlace(): string {
  const parts = [hostname, () => readlinkSync("/proc/self/ns/pid")].map((read) => {
    try {
      return read()
    } catch {
      return ""
    }
  })
  return createHash("sha256").update(parts.join("\n")).digest("hex").slice(0, 8)
}

function startOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8")
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[START_FIELD_AFTER_NAME]
  } catch {
    return undefined
  }
}
