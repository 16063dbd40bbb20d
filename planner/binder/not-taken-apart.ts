/**
 * The binder's own signal: the block is SQL that DuckDB answers, and the planner does not take apart. It never leaves
 * the binder: the block then runs as its text stands. `what` names the reason for EXPLAIN.
 */
export class NotTakenApart extends Error {
  readonly _tag = "NotTakenApart"
  readonly what: string
  /** What to say if DuckDB does not take the block either. */
  readonly otherwise: unknown

  constructor(what: string, otherwise?: unknown) {
    super(what)
    this.what = what
    this.otherwise = otherwise
  }
}
