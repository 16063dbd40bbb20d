import { availableParallelism, loadavg } from "node:os"

/** However loaded the machine is, a call is given no more than so many times its time. */
const SLOWNESS_MAX = 10

/**
 * By how much work takes longer here than on an idle machine: how many threads want each core. A deadline that is meant
 * for work, and not for waiting, is multiplied by it. Where the system has no load average it is 1.
 */
export function slowness(load = loadavg()[0] ?? 0, cores = availableParallelism()): number {
  return Math.min(SLOWNESS_MAX, Math.max(1, load / cores))
}
