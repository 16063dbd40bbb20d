import type { ExchangeInput, ScanInput, Stage, StagePlan } from "../../planner/physical/stage.ts"
import type { SourceTable, Split } from "../../actors/sources/source.ts"
import type { QueryShape, StageShape } from "./state.ts"

/** Tasks of a scan for each worker, at least, where there are so many splits: late ones even out early ones. */
const SCAN_TASKS_PER_WORKER = 4

/** The same where every task builds the tables of broadcast joins again. */
const SCAN_TASKS_PER_WORKER_WITH_BROADCAST = 2

/** Uncompressed bytes of one scan task. */
const SCAN_TASK_BYTES_MAX = 64 * 1024 * 1024

/** The same where every task builds the tables of broadcast joins again. */
const SCAN_TASK_BYTES_MAX_WITH_BROADCAST = 256 * 1024 * 1024

/** Tasks of one stage; with more splits than that, tasks hold more bytes. */
const SCAN_TASKS_MAX = 4096

/** A stage with its tasks: what the scheduler counts and what an attempt reads. */
export interface StageLayout {
  readonly stage: Stage
  readonly tasks: readonly TaskReads[]
  readonly splits: number
  readonly splitsPruned: number
}

export interface TaskReads {
  /** The task's share of each scan input, by the input's table name. */
  readonly splits: ReadonlyMap<string, readonly Split[]>
  /** Which partition of its hash inputs it reads; undefined where it has none. */
  readonly partition: number | undefined
}

export function layOut(
  plan: StagePlan,
  table: (source: string) => SourceTable,
  workers: number,
): readonly StageLayout[] {
  return plan.stages.map((stage) => {
    const lists = new Map(stage.inputs.filter(isScan).map((input) => [input.table, listSplits(input, table)]))
    const tasks = stageTasks(plan, stage, new Map([...lists].map(([name, list]) => [name, list.splits])), workers)
    let splits = 0
    let splitsPruned = 0
    for (const list of lists.values()) {
      splits += list.splits.length
      splitsPruned += list.pruned
    }
    return { stage, tasks, splits, splitsPruned }
  })
}

/** `rootOf`: the data root that a file lies in; without it every node has every file. */
export function queryShape(id: string, layouts: readonly StageLayout[], rootOf?: (file: string) => string): QueryShape {
  const stages = layouts.map(({ stage, tasks }): StageShape => {
    const reads = stage.inputs.filter(isExchange).map((input) => input.stage)
    const shape = { id: stage.id, reads, tasks: tasks.length, volatile: stage.volatile }
    return rootOf === undefined ? shape : { ...shape, roots: tasks.map((task) => rootsRead(task, rootOf)) }
  })
  return { id, stages }
}

function rootsRead({ splits }: TaskReads, rootOf: (file: string) => string): readonly string[] {
  return [...new Set([...splits.values()].flat().map(({ file }) => rootOf(file)))]
}

function listSplits(input: ScanInput, table: (source: string) => SourceTable) {
  const columns = input.columns.map((column) => column.sourceName)
  const list = table(input.source).splits(columns, input.pruning)
  return { splits: firstRows(list.splits, input.limit), pruned: list.pruned }
}

/** The first splits that hold `limit` rows: LIMIT without ORDER BY takes the first rows, as DuckDB does (law 9). */
export function firstRows(splits: readonly Split[], limit: number | undefined): readonly Split[] {
  if (limit === undefined) return splits
  let rows = 0
  let taken = 0
  while (taken < splits.length && rows < limit) {
    rows += splits[taken]?.rows ?? 0
    taken += 1
  }
  return splits.slice(0, taken)
}

function stageTasks(
  plan: StagePlan,
  stage: Stage,
  scans: ReadonlyMap<string, readonly Split[]>,
  workers: number,
): readonly TaskReads[] {
  switch (stage.tasks._tag) {
    case "single":
      return [{ splits: scans, partition: undefined }]
    case "partitions":
      return Array.from({ length: hashPartitions(plan, stage) }, (_, partition) => ({ splits: new Map(), partition }))
    case "splits": {
      const [scan] = scans
      if (scan === undefined || scans.size > 1) throw new Error(`stage ${stage.id} must have exactly one scan`)
      const [name, splits] = scan
      return groupSplits(splits, workers, stage.inputs.some(isExchange)).map((group) => ({
        splits: new Map([[name, group]]),
        partition: undefined,
      }))
    }
  }
}

/**
 * Contiguous groups in (file, row group) order with about the same bytes each. No split at all still gives one group:
 * the stage has its schema even so (law 7).
 */
export function groupSplits(
  splits: readonly Split[],
  workers: number,
  broadcast: boolean,
): readonly (readonly Split[])[] {
  if (splits.length === 0) return [[]]
  // A row counts for a byte, so that columns without bytes (count(*), all NULL) are spread too.
  const weights = splits.map((split) => split.bytes + split.rows)
  const total = weights.reduce((sum, weight) => sum + weight, 0)
  const bytes = splits.reduce((sum, split) => sum + split.bytes, 0)
  const bytesMax = broadcast ? SCAN_TASK_BYTES_MAX_WITH_BROADCAST : SCAN_TASK_BYTES_MAX
  const perWorker = broadcast ? SCAN_TASKS_PER_WORKER_WITH_BROADCAST : SCAN_TASKS_PER_WORKER
  const wanted = Math.max(workers * perWorker, Math.ceil(bytes / bytesMax))
  const count = Math.min(wanted, splits.length, SCAN_TASKS_MAX)
  const groups: Split[][] = []
  let left = total
  let group: Split[] = []
  let held = 0
  for (const [index, split] of splits.entries()) {
    const weight = weights[index] ?? 0
    const target = (left + held) / (count - groups.length)
    const splitsLeft = splits.length - index
    // The next split starts a new group when it would lie mostly beyond this one's share, or when every group that is
    // still to come needs a split of its own.
    const isFull = held + weight / 2 > target || splitsLeft === count - groups.length - 1
    if (group.length > 0 && isFull && groups.length < count - 1) {
      groups.push(group)
      group = []
      held = 0
    }
    group.push(split)
    held += weight
    left -= weight
  }
  return [...groups, group]
}

/** All hash inputs of a stage are cut into the same number of partitions, or rows with equal keys would not meet. */
function hashPartitions(plan: StagePlan, stage: Stage): number {
  const counts = new Set<number>()
  for (const input of stage.inputs) {
    if (input._tag !== "exchange" || input.mode !== "hash") continue
    const producer = plan.stages.find((each) => each.id === input.stage)
    if (producer?.output._tag !== "hash")
      throw new Error(`stage ${stage.id} reads partitions of stage ${input.stage}, which has none`)
    counts.add(producer.output.partitions)
  }
  const [count] = counts
  if (count === undefined || counts.size > 1) throw new Error(`stage ${stage.id} must read one number of partitions`)
  return count
}

function isScan(input: Stage["inputs"][number]): input is ScanInput {
  return input._tag === "scan"
}

function isExchange(input: Stage["inputs"][number]): input is ExchangeInput {
  return input._tag === "exchange"
}
