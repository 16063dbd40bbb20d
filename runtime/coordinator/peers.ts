import type { SourceTable } from "../../actors/sources/source.ts"
import type { AttemptReport, AttemptWork } from "../scheduler/attempt.ts"
import type { Supplies } from "../scheduler/feed.ts"

/** The other nodes, as a coordinator needs them. A session of one process has none. */
export interface Peers {
  /** Their engines; for one file those that may read it. */
  readonly engines: (file?: string) => readonly string[]
  /** The data root that a file of this node lies in, by the name that other nodes know it by. */
  readonly rootOf: (file: string) => string
  readonly read: Supplies["read"]
  /** Runs an attempt on another node. Never rejects. */
  readonly run: (elsewhere: WorkElsewhere, stop: AbortSignal) => Promise<AttemptReport>
  /** Tells every node that took part that the query is over. Settles when they hold nothing of it, or cannot be reached. */
  readonly release: (query: string) => Promise<void>
}

export interface WorkElsewhere {
  readonly work: AttemptWork
  readonly node: string
  readonly table: (source: string) => SourceTable
  /** Its output comes here, because the query's reader is here. */
  readonly isResult: boolean
}
