import type { StagePlan } from "../physical/stage.ts"
import type { StageActuals } from "./text.ts"

/** The plan as JSON for programs: the stages in the order in which they can run, the last one being the result. */
export function explainJson(plan: StagePlan, actuals: readonly StageActuals[] = []): string {
  const byStage = new Map(actuals.map((actual) => [actual.stage, actual]))
  const stages = plan.stages.map((stage) => ({
    stage: stage.id,
    title: stage.title,
    tasks: stage.tasks._tag,
    tree: stage.tree,
    gatheredBecause: stage.gatheredBecause,
    volatile: stage.volatile,
    inputs: stage.inputs.map(({ _tag, columns, ...input }) => ({
      kind: _tag,
      ...input,
      columns: columns.map((column) => ("sourceName" in column ? column.sourceName : column.name)),
    })),
    output: stage.output._tag === "hash" ? { kind: "hash", partitions: stage.output.partitions } : { kind: "single" },
    columns: stage.columns.map(({ name, type, wireType }) => ({ name, type, wireType })),
    sql: stage.sql,
    actual: byStage.get(stage.id),
  }))
  return JSON.stringify({ partitions: plan.partitions, output: plan.output, stages }, undefined, 2)
}
