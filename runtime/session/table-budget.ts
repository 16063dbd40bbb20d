import { QueryError } from "../../actors/errors.ts"

const GIB = 1024 * 1024 * 1024

/** Bytes on the disk that the tables of CREATE TABLE AS may have together. */
export interface TableLimits {
  /** Of one workspace: at a served door that is one request. */
  readonly sessionBytes: number
  /** Of all workspaces of a process. */
  readonly nodeBytes: number
}

/** At served doors. Whoever runs a shell may fill the own disk. */
export const SERVED_TABLE_LIMITS: TableLimits = { sessionBytes: GIB, nodeBytes: 8 * GIB }

/** What one workspace may write. */
export interface TableBudget {
  /** Before the bytes are written. Throws QueryError when there is no room for them. */
  readonly take: (bytes: number) => void
  /** They are deleted. */
  readonly give: (bytes: number) => void
}

/** Makes the budgets of a process: each has its own limit, all share one. */
export function tableBudgets(limits: TableLimits | undefined): () => TableBudget {
  if (limits === undefined) return () => ({ take: () => undefined, give: () => undefined })
  const { sessionBytes, nodeBytes } = limits
  let nodeHeld = 0
  return () => {
    let held = 0
    return {
      take: (bytes) => {
        if (held + bytes > sessionBytes) {
          throw new QueryError({
            kind: "SessionTables",
            message:
              `the rows that CREATE TABLE … AS keeps would take more than the ${sizeText(sessionBytes)} of disk that one ` +
              `session may use: keep fewer rows or columns, drop a table first, or raise --session-table-bytes of the server`,
          })
        }
        if (nodeHeld + bytes > nodeBytes) {
          throw new QueryError({
            kind: "NodeTables",
            message:
              `the tables of all sessions would take more than the ${sizeText(nodeBytes)} of disk that this node gives them: ` +
              `try again when other sessions have ended, or raise --node-table-bytes of the server`,
          })
        }
        held += bytes
        nodeHeld += bytes
      },
      give: (bytes) => {
        held -= bytes
        nodeHeld -= bytes
      },
    }
  }
}

function sizeText(bytes: number): string {
  const units = ["bytes", "KiB", "MiB", "GiB", "TiB"]
  const power = bytes < 1024 ? 0 : Math.min(units.length - 1, Math.floor(Math.log2(bytes) / 10))
  return `${Number((bytes / 1024 ** power).toFixed(1))} ${units[power]}`
}
