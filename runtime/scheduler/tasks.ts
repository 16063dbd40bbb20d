import type { StageId } from "../../planner/physical/stage.ts"
import { expectQuery, expectStage, withStage } from "./state.ts"
import type { AttemptKey, QueryEntry, SchedulerState, StageEntry, TaskEntry, TaskOutputEntry } from "./state.ts"

/** The task waits to be started again: before the others of its stage, which may be waiting for this one alone. */
export function withTaskAgain(state: SchedulerState, at: AttemptKey, isFault: boolean): SchedulerState {
  const query = expectQuery(state, at.query)
  const stage = expectStage(query.stages, at.stage)
  const task = expectTask(stage, at.task)
  const faults = isFault ? task.faults + 1 : task.faults
  const tasks = stage.tasks.with(at.task, { ...task, state: "lost", faults, engine: undefined })
  return withStage(state, query, { ...stage, tasks, queue: [at.task, ...stage.queue] })
}

export function withTaskFailed(state: SchedulerState, at: AttemptKey): SchedulerState {
  const query = expectQuery(state, at.query)
  const stage = expectStage(query.stages, at.stage)
  const tasks = stage.tasks.with(at.task, { ...expectTask(stage, at.task), state: "failed", engine: undefined })
  return withStage(state, query, { ...stage, tasks })
}

export function withTaskDone(state: SchedulerState, at: AttemptKey, output: TaskOutputEntry): SchedulerState {
  const query = expectQuery(state, at.query)
  const stage = expectStage(query.stages, at.stage)
  const tasks = stage.tasks.with(at.task, { ...expectTask(stage, at.task), state: "done", engine: undefined, output })
  return withStage(state, query, { ...stage, tasks, open: stage.open - 1 })
}

/** Tasks that were done have to run again. */
export function reopened(stage: StageEntry, tasks: ReadonlySet<number>): StageEntry {
  if (tasks.size === 0) return stage
  return {
    ...stage,
    tasks: stage.tasks.map((task, index): TaskEntry => (tasks.has(index) ? { ...task, state: "lost" } : task)),
    open: stage.open + tasks.size,
    queue: [...tasks, ...stage.queue],
  }
}

/** Which stages wait for which, counted anew. */
export function reblocked(query: QueryEntry): QueryEntry {
  const stages = new Map<StageId, StageEntry>()
  for (const [id, stage] of query.stages) {
    const blockedBy = [...new Set(stage.shape.reads)].filter((read) => isOpen(query, read)).length
    stages.set(id, blockedBy === stage.blockedBy ? stage : { ...stage, blockedBy, tasks: waiting(stage, blockedBy) })
  }
  return { ...query, stages }
}

function waiting(stage: StageEntry, blockedBy: number): readonly TaskEntry[] {
  const state = blockedBy === 0 ? "ready" : "waiting"
  return stage.tasks.map((task) => (task.state === "ready" || task.state === "waiting" ? { ...task, state } : task))
}

function isOpen(query: QueryEntry, stage: StageId): boolean {
  return expectStage(query.stages, stage).open > 0
}

/** Stages that read this one. */
export function readersOf(query: QueryEntry, stage: StageId): readonly StageEntry[] {
  return [...query.stages.values()].filter(({ shape }) => shape.reads.includes(stage))
}

export function expectTask(stage: StageEntry, task: number): TaskEntry {
  const entry = stage.tasks[task]
  if (entry === undefined) throw new Error(`stage ${stage.shape.id} has no task ${task}`)
  return entry
}

export function sameAttempt(a: AttemptKey, b: AttemptKey): boolean {
  return a.query === b.query && a.stage === b.stage && a.task === b.task && a.attempt === b.attempt
}
