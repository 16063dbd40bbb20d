import type { Stage, StageId, StageInput, StageOutput, StagePlan } from "../physical/stage.ts"
import { drawBox, type Box } from "./box.ts"
import { pruningText } from "./pruning-text.ts"
import { textWidth, wrapText } from "./text-width.ts"

export interface ExplainOptions {
  /** Adds the SQL that each stage's tasks run. */
  readonly verbose?: boolean
  /** Cells that a line may take. */
  readonly width?: number
  /** What the stages did when the query ran, for ANALYZE. */
  readonly actuals?: readonly StageActuals[]
}

/** One stage's figures, summed over its tasks. */
export interface StageActuals {
  readonly stage: StageId
  readonly tasks: number
  readonly rowsIn: number
  readonly rowsOut: number
  readonly bytesOut: number
  readonly busyMs: number
}

/** Cells of a line unless the caller knows its terminal. */
const WIDTH_DEFAULT = 100
/** Below this, boxes are not drawn narrower but run out of the terminal. */
const WIDTH_MIN = 44
/** Cells that a side input stands to the right of its consumer. */
const INDENT_CELLS = 4

/**
 * Draws the stages as framed boxes, the result on top, each above what it reads. Rows flow upwards along the lines; the
 * word on a line says how they move.
 *
 *   ┌─ Stage 3 · join ──────────── one task a partition (4) ─┐
 *   │ …                                                      │
 *   └─┬──────────────────────────────────────────────────────┘
 *     │ broadcast
 *     │ ┌─ Stage 1 · scan customer ──── one task a split ─┐
 *     ├─┤ …                                               │
 *     │ └─────────────────────────────────────────────────┘
 *     │ hash(4)
 *   ┌─┴ Stage 2 · scan orders ───────── one task a split ─┐
 *
 * The input with the most stages below it stands straight under its consumer, so that long chains do not wander to the
 * right. A stage that two others read is drawn below the first of them.
 */
export function explainText(plan: StagePlan, options: ExplainOptions = {}): string {
  const result = plan.stages.at(-1)
  if (result === undefined) return "an empty plan"
  const widthMax = Math.max(WIDTH_MIN, options.width ?? WIDTH_DEFAULT)
  // Twice: the first picture shows how wide the widest box is, so that in the second all right edges line up.
  const sketch = drawPlan(plan, result, options, { width: widthMax, fill: false })
  const width = Math.max(...sketch.map(textWidth))
  return drawPlan(plan, result, options, { width, fill: true }).join("\n")
}

interface Frame {
  readonly width: number
  /** Boxes take the whole width, not only what their lines need. */
  readonly fill: boolean
}

function drawPlan(plan: StagePlan, result: Stage, options: ExplainOptions, frame: Frame): readonly string[] {
  const picture: Picture = {
    stages: new Map(plan.stages.map((stage) => [stage.id, stage])),
    drawn: new Set(),
    actuals: new Map(options.actuals?.map((actual) => [actual.stage, actual])),
    verbose: options.verbose ?? false,
    partitions: plan.partitions,
    fill: frame.fill,
    lines: [],
  }
  drawStage(picture, result, "", frame.width, "root")
  return picture.lines
}

interface Picture {
  readonly stages: ReadonlyMap<StageId, Stage>
  readonly drawn: Set<StageId>
  readonly actuals: ReadonlyMap<StageId, StageActuals>
  readonly verbose: boolean
  readonly partitions: number
  readonly fill: boolean
  readonly lines: string[]
}

/** How a box hangs on the line above it: not at all, from straight above, or from a line on its left. */
type Joint = "root" | "below" | "side"

function drawStage(picture: Picture, stage: Stage, prefix: string, width: number, joint: Joint): void {
  picture.drawn.add(stage.id)
  const inputs = stage.inputs.filter((input) => input._tag === "exchange")
  const box: Box = {
    title: `Stage ${stage.id} · ${stage.title}`,
    note: tasksText(stage, picture),
    lines: stageLines(stage, picture).flatMap((line) => wrapText(line, width - 4)),
    from: joint,
    onwards: inputs.length > 0,
  }
  const drawing = drawBox(box, picture.fill ? { min: width, max: width } : { min: 0, max: width })
  picture.lines.push(...drawing.map((line, i) => joined(prefix, line, i, joint)))
  if (inputs.length === 0) return
  drawInputs(picture, stage, joint === "side" ? `${prefix}  ` : prefix, width)
}

/** A side box's first content line carries the branch: `├─┤ …`; its other lines pass by the line on their left. */
function joined(prefix: string, line: string, index: number, joint: Joint): string {
  if (joint !== "side") return prefix + line
  return `${prefix}${index === 1 ? "├─" : "│ "}${line}`
}

function drawInputs(picture: Picture, stage: Stage, prefix: string, width: number): void {
  const inputs = stage.inputs
    .filter((input) => input._tag === "exchange")
    .toSorted((a, b) => depthBelow(picture, a.stage) - depthBelow(picture, b.stage))
  for (const [i, input] of inputs.entries()) {
    const producer = picture.stages.get(input.stage)
    const moves = exchangeText(input, producer?.output)
    const last = i === inputs.length - 1
    if (producer === undefined || picture.drawn.has(input.stage)) {
      picture.lines.push(`${prefix}  │ ${moves}`, `${prefix}  ${last ? "└" : "├"}── Stage ${input.stage}, drawn above`)
    } else if (last) {
      picture.lines.push(`${prefix}  │ ${moves}`)
      drawStage(picture, producer, prefix, width, "below")
    } else {
      picture.lines.push(`${prefix}  │ ${moves}`)
      drawSide(picture, producer, prefix, width)
    }
  }
}

/** Everything below a side box keeps the line to the next input on its left. */
function drawSide(picture: Picture, producer: Stage, prefix: string, width: number): void {
  const start = picture.lines.length
  drawStage(picture, producer, `${prefix}  `, width - INDENT_CELLS, "side")
  for (let i = start; i < picture.lines.length; i++) {
    const line = picture.lines[i] ?? ""
    const at = prefix.length + 2
    if (line[at] === " ") picture.lines[i] = `${line.slice(0, at)}│${line.slice(at + 1)}`
  }
}

/** Stages in the longest chain that ends in this one. */
function depthBelow(picture: Picture, id: StageId): number {
  const inputs = picture.stages.get(id)?.inputs ?? []
  const depths = inputs.map((input) => (input._tag === "exchange" ? depthBelow(picture, input.stage) : 0))
  return 1 + Math.max(0, ...depths)
}

function exchangeText(input: StageInput & { _tag: "exchange" }, output: StageOutput | undefined): string {
  return input.mode === "hash" && output?._tag === "hash" ? `hash(${output.partitions})` : input.mode
}

function tasksText(stage: Stage, picture: Picture): string {
  const actual = picture.actuals.get(stage.id)
  if (actual !== undefined) return actual.tasks === 1 ? "1 task" : `${actual.tasks} tasks`
  switch (stage.tasks._tag) {
    case "single":
      return "1 task"
    case "partitions":
      return picture.partitions === 1 ? "1 task" : `${picture.partitions} tasks, one a partition`
    case "splits":
      return "tasks by splits"
  }
}

function stageLines(stage: Stage, picture: Picture): readonly string[] {
  const actual = picture.actuals.get(stage.id)
  return [
    ...stage.tree.map((line) => namedInputs(line, stage)),
    ...stage.inputs.flatMap((input) => (input._tag === "scan" ? scanLines(input) : [])),
    ...(stage.gatheredBecause === undefined ? [] : [`on one engine because ${stage.gatheredBecause}`]),
    ...(stage.volatile ? ["volatile: another attempt may give other rows"] : []),
    ...(actual === undefined ? [] : [actualText(actual)]),
    ...(picture.verbose ? ["sql:", ...stage.sql.split("\n").map((line) => `  ${line}`)] : []),
  ]
}

/** In the tree an input is `read x1 (hash)`, by the table's name in the SQL; here it is named by its stage. */
function namedInputs(line: string, stage: Stage): string {
  return stage.inputs.reduce(
    (text, input) =>
      input._tag === "exchange" ? text.replace(`read ${input.table} (`, `read stage ${input.stage} (`) : text,
    line,
  )
}

function scanLines(input: StageInput & { _tag: "scan" }): readonly string[] {
  return [
    ...(input.pruning.length === 0 ? [] : [`row groups where ${input.pruning.map(pruningText).join(" AND ")}`]),
    ...(input.limit === undefined ? [] : [`stops after ${grouped(input.limit)} rows`]),
  ]
}

function actualText(actual: StageActuals): string {
  return (
    `rows in ${grouped(actual.rowsIn)}, out ${grouped(actual.rowsOut)} · ` +
    `${grouped(actual.bytesOut)} bytes out · busy ${actual.busyMs.toFixed(0)} ms`
  )
}

/** 6001215 → 6,001,215. By hand: the planner's output must not depend on the machine's locale. */
function grouped(count: number): string {
  return String(count).replaceAll(/\B(?=(?:\d{3})+$)/gu, ",")
}
