import { padText, textWidth } from "../../planner/explain/text-width.ts"
import type { QueryMetrics } from "../session.ts"
import { printable } from "../formats/printable.ts"

/** What `--timing` prints below each result: the whole, each actor, each stage. */
export function timingText(metrics: QueryMetrics): string {
  const { splits, splitsPruned } = metrics
  const attempts = metrics.attempts > metrics.tasks ? ` in ${metrics.attempts} attempts` : ""
  return [
    `planned in ${ms(metrics.planMs)}, done in ${ms(metrics.totalMs)}: ${count(metrics.rows, "row")}, ` +
      `${count(metrics.tasks, "task")}${attempts}`,
    `read ${bytes(metrics.bytesRead)} in ${count(splits, "split")}, ${splitsPruned} more pruned; ` +
      `exchanged ${bytes(metrics.bytesExchanged)}`,
    cacheLine(metrics),
    ...skippedLines(metrics),
    ...actorLines(metrics),
    ...stageLines(metrics),
  ].join("\n")
}

/** Hits and misses are columns of splits. */
function cacheLine({ cache, bytesDecoded, bytesIngested }: QueryMetrics): string {
  const { hits, misses, evicted } = cache
  return (
    `cache: ${count(hits, "hit")}, ${grouped(misses)} missed, ${grouped(evicted)} evicted; ` +
    `decoded ${bytes(bytesDecoded)}, ingested ${bytes(bytesIngested)}`
  )
}

function skippedLines({ rowsSkipped }: QueryMetrics): readonly string[] {
  const { files, rowGroups, pages, rows } = rowsSkipped
  if (files + rowGroups + pages + rows === 0) return []
  const levels = [
    `${grouped(files)} by file`,
    `${grouped(rowGroups)} by row group`,
    `${grouped(pages)} by page`,
    `${grouped(rows)} alone`,
  ]
  return [`rows skipped: ${levels.join(", ")}`]
}

function actorLines({ actors }: QueryMetrics): readonly string[] {
  if (actors.length === 0) return []
  const rows = actors.map((actor) => [actor.name, ms(actor.busyMs), String(actor.tasks)])
  return [...table(["actor", "busy", "tasks"], rows, 1), `longest actor ${busyRatio(actors).toFixed(2)}x the mean`]
}

function stageLines({ stages }: QueryMetrics): readonly string[] {
  const rows = stages.map((stage) => [
    `${stage.stage} ${printable(stage.title)}`,
    ...[stage.tasks, stage.rowsIn, stage.rowsOut].map(grouped),
    bytes(stage.bytesOut),
    ms(stage.busyMs),
  ])
  return table(["stage", "tasks", "rows in", "rows out", "out", "busy"], rows, 1)
}

/** The longest busy time over the mean: 1 when the work is spread evenly. */
export function busyRatio(actors: QueryMetrics["actors"]): number {
  const total = actors.reduce((sum, actor) => sum + actor.busyMs, 0)
  if (total === 0) return 1
  return Math.max(...actors.map((actor) => actor.busyMs)) / (total / actors.length)
}

/** Columns with two spaces between them; the first `left` columns lean left, figures lean right. */
export function table(
  header: readonly string[],
  rows: readonly (readonly string[])[],
  left: number,
): readonly string[] {
  const all = [header, ...rows]
  const widths = header.map((_, i) => Math.max(...all.map((row) => textWidth(row[i] ?? ""))))
  return all.map((row) =>
    row
      .map((cell, i) => (i < left ? padText(cell, widths[i] ?? 0) : cell.padStart(widths[i] ?? 0)))
      .join("  ")
      .trimEnd(),
  )
}

export function ms(value: number): string {
  return value < 10_000 ? `${Math.round(value)} ms` : `${(value / 1000).toFixed(1)} s`
}

/** In decimal units: 1 MB is a million bytes. */
export function bytes(value: number): string {
  const units = ["B", "kB", "MB", "GB", "TB"]
  let unit = 0
  let amount = value
  while (amount >= 1000 && unit < units.length - 1) {
    amount /= 1000
    unit++
  }
  return `${unit === 0 ? amount : amount.toFixed(amount < 10 ? 1 : 0)} ${units[unit]}`
}

export function grouped(value: number): string {
  return value.toLocaleString("en-US")
}

function count(value: number, noun: string): string {
  return `${grouped(value)} ${noun}${value === 1 ? "" : "s"}`
}
