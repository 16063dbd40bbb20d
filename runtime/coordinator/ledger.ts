import type { StageId } from "../../planner/physical/stage.ts"
import type { TaskMetrics } from "../../actors/engine/messages.ts"
import type { AttemptReport } from "../scheduler/attempt.ts"
import type { StageLayout } from "../scheduler/layout.ts"
import type { CacheUse, QueryMetrics, RowsSkipped, StageMetrics } from "../session.ts"

interface Tally {
  readonly title: string
  tasks: number
  rowsIn: number
  rowsOut: number
  bytesOut: number
  busyMs: number
}

/** What a query cost, written down as its attempts end. Attempts that failed count as attempts only. */
export interface Ledger {
  /** A plan begins to run. What an earlier plan of the same query did stays in the totals, not in the stages. */
  readonly plan: (layouts: readonly StageLayout[]) => void
  readonly attempt: (stage: StageId, engine: string, report: AttemptReport) => void
  readonly rows: (count: number) => void
  readonly metrics: (planMs: number, totalMs: number) => QueryMetrics
}

export function ledger(engines: readonly string[]): Ledger {
  const actors = new Map(engines.map((name) => [name, { name, busyMs: 0, tasks: 0 }]))
  let stages = new Map<StageId, Tally>()
  let result: StageId | undefined
  let rows = 0
  let bytesRead = 0
  let bytesExchanged = 0
  let bytesRemote = 0
  let splits = 0
  let splitsPruned = 0
  const scanned = scanTally()
  let tasks = 0
  let attempts = 0
  return {
    plan: (layouts) => {
      result = layouts.at(-1)?.stage.id
      stages = new Map(layouts.map(({ stage }) => [stage.id, emptyTally(stage.title)]))
      splits = layouts.reduce((sum, layout) => sum + layout.splits, 0)
      splitsPruned = layouts.reduce((sum, layout) => sum + layout.splitsPruned, 0)
      scanned.plan(layouts)
    },
    attempt: (stage, engine, { metrics, ...report }) => {
      attempts += 1
      bytesRead += report.bytesRead
      bytesRemote += report.bytesRemote
      const tally = stages.get(stage)
      if (metrics === undefined || tally === undefined) return
      // An engine of a node that joined meanwhile.
      const actor = actors.get(engine) ?? { name: engine, busyMs: 0, tasks: 0 }
      actors.set(engine, actor)
      scanned.task(metrics)
      tasks += 1
      tally.tasks += 1
      tally.rowsIn += metrics.rowsIn
      tally.rowsOut += metrics.rowsOut
      tally.bytesOut += metrics.bytesOut
      tally.busyMs += metrics.busyMs
      if (stage !== result) bytesExchanged += metrics.bytesOut
      actor.busyMs += metrics.busyMs
      actor.tasks += 1
    },
    rows: (count) => {
      rows += count
    },
    metrics: (planMs, totalMs) => ({
      planMs,
      totalMs,
      rows,
      bytesRead,
      bytesExchanged,
      bytesRemote,
      splits,
      splitsPruned,
      ...scanned.sums(),
      tasks,
      attempts,
      actors: [...actors.values()].map((actor) => ({ ...actor })),
      stages: [...stages].map(([stage, tally]): StageMetrics => ({ stage, ...tally })),
    }),
  }
}

/** What the scans read, and what they need not read. */
function scanTally() {
  let bytesDecoded = 0
  let bytesIngested = 0
  let cache: CacheUse = { hits: 0, misses: 0, evicted: 0 }
  let rowsSkipped: RowsSkipped = { files: 0, rowGroups: 0, pages: 0, rows: 0 }
  return {
    plan: (layouts: readonly StageLayout[]) => {
      const files = layouts.reduce((sum, layout) => sum + layout.rowsSkipped.files, 0)
      const rowGroups = layouts.reduce((sum, layout) => sum + layout.rowsSkipped.rowGroups, 0)
      rowsSkipped = { ...rowsSkipped, files, rowGroups }
    },
    task: (metrics: TaskMetrics) => {
      bytesDecoded += metrics.bytesDecoded
      bytesIngested += metrics.bytesIngested
      const { hits, misses, evicted } = metrics.cache
      cache = { hits: cache.hits + hits, misses: cache.misses + misses, evicted: cache.evicted + evicted }
      const { pages, rows } = metrics.rowsSkipped
      rowsSkipped = { ...rowsSkipped, pages: rowsSkipped.pages + pages, rows: rowsSkipped.rows + rows }
    },
    sums: () => ({ bytesDecoded, bytesIngested, cache, rowsSkipped }),
  }
}

function emptyTally(title: string): Tally {
  return { title, tasks: 0, rowsIn: 0, rowsOut: 0, bytesOut: 0, busyMs: 0 }
}
