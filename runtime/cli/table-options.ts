import { SERVED_TABLE_LIMITS, type TableLimits } from "../session/table-budget.ts"
import { byteCount, type Given, type Option } from "./options.ts"

/** For every command that answers others: they may not fill the disk. */
export const TABLE_OPTIONS: readonly Option[] = [
  {
    name: "session-table-bytes",
    value: "SIZE",
    help: "disk for what CREATE TABLE … AS keeps in one request (100MiB, 2GiB, or bytes); by default 1GiB",
  },
  {
    name: "node-table-bytes",
    value: "SIZE",
    help: "the same for all requests together; by default 8GiB",
  },
]

export function tableLimits(given: Given): TableLimits {
  return {
    sessionBytes: byteCount(given, "session-table-bytes") ?? SERVED_TABLE_LIMITS.sessionBytes,
    nodeBytes: byteCount(given, "node-table-bytes") ?? SERVED_TABLE_LIMITS.nodeBytes,
  }
}
