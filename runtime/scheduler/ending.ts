import type { ActorError } from "../../actors/errors.ts"
import type { StageId } from "../../planner/physical/stage.ts"
import { withQuery } from "./state.ts"
import type { Action, SchedulerState, StageEntry, Step, TaskEntry } from "./state.ts"

export function failQuery(state: SchedulerState, id: string, error: ActorError): Step {
  if (state.queries.get(id)?.phase !== "running") return [state, []]
  const [ended, actions] = end(state, id)
  const [drained, last] = drain(ended, id)
  return [drained, [{ _tag: "QueryFailed", query: id, error }, ...actions, ...last]]
}

/** Cancels what has not run and stops what runs. */
export function end(state: SchedulerState, id: string): Step {
  const query = state.queries.get(id)
  if (query === undefined) return [state, []]
  const stages = new Map(
    [...query.stages].map(([key, stage]): [StageId, StageEntry] => {
      const tasks = stage.tasks.map((task) => (isOver(task) ? task : { ...task, state: "cancelled" as const }))
      return [key, { ...stage, tasks, queue: [] }]
    }),
  )
  const actions: Action[] = []
  for (const [engine, entry] of state.engines) {
    // A doomed one has been told to stop.
    if (entry.attempt?.query === id && entry.doomed === undefined)
      actions.push({ _tag: "StopAttempt", at: entry.attempt, engine })
  }
  return [withQuery(state, { ...query, phase: "ending", stages }), actions]
}

export function drain(state: SchedulerState, id: string): Step {
  const query = state.queries.get(id)
  if (query === undefined || query.phase !== "ending" || query.running > 0) return [state, []]
  const queries = new Map(state.queries)
  queries.delete(id)
  return [{ ...state, queries }, [{ _tag: "QueryDrained", query: id }]]
}

function isOver(task: TaskEntry): boolean {
  return task.state === "done" || task.state === "failed" || task.state === "cancelled"
}
