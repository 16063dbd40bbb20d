import type { ExchangeInput, ScanInput, Stage, StagePlan } from "../../planner/physical/stage.ts"
import type { SourceTable, Split, SplitList } from "../../actors/sources/source.ts"
import { homesOf } from "./homes.ts"
import type { EnginesFor, HomeOf } from "./homes.ts"
import type { QueryShape, StageShape } from "./state.ts"

/** Tasks of one engine's share of a scan, at least: another engine that is done early can take the last. */
const SCAN_TASKS_PER_ENGINE = 2

/** A share of fewer rows and bytes is one task: sharing it would take longer than doing it. */
const SCAN_TASK_WEIGHT_MIN = 1024 * 1024

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
  readonly rowsSkipped: SplitList["rowsSkipped"]
}

export interface TaskReads {
  /** The task's share of each scan input, by the input's table name. */
  readonly splits: ReadonlyMap<string, readonly Split[]>
  /** Which partition of its hash inputs it reads; undefined where it has none. */
  readonly partition: number | undefined
  /** The engine that should read these splits: it has read them before, or will again. */
  readonly home?: string | undefined
}

export interface LayoutOptions {
  readonly table: (source: string) => SourceTable
  readonly workers: number
  /** Without it any engine reads any split. */
  readonly enginesFor?: EnginesFor | undefined
}

export function layOut(plan: StagePlan, { table, workers, enginesFor }: LayoutOptions): readonly StageLayout[] {
  const homes = new Map<string, HomeOf>()
  const homeIn = (source: string): HomeOf | undefined => {
    if (enginesFor === undefined) return undefined
    const known = homes.get(source) ?? homesOf(table(source), enginesFor)
    homes.set(source, known)
    return known
  }
  return plan.stages.map((stage) => {
    const lists = new Map(stage.inputs.filter(isScan).map((input) => [input.table, listSplits(input, table)]))
    const scans = [...lists].map(([name, list]): readonly [string, readonly Split[]] => [name, list.splits])
    const tasks = stageTasks(plan, stage, { scans: new Map(scans), workers, homeIn })
    let splits = 0
    let splitsPruned = 0
    const rowsSkipped = { files: 0, rowGroups: 0 }
    for (const list of lists.values()) {
      splits += list.splits.length
      splitsPruned += list.pruned
      rowsSkipped.files += list.rowsSkipped.files
      rowsSkipped.rowGroups += list.rowsSkipped.rowGroups
    }
    return { stage, tasks, splits, splitsPruned, rowsSkipped }
  })
}

/** `rootOf`: the data root that a file lies in; without it every node has every file. */
export function queryShape(id: string, layouts: readonly StageLayout[], rootOf?: (file: string) => string): QueryShape {
  const stages = layouts.map(({ stage, tasks }): StageShape => {
    const reads = stage.inputs.filter(isExchange).map((input) => input.stage)
    const homes = tasks.map(({ home }) => home)
    const shape = { id: stage.id, reads, tasks: tasks.length, volatile: stage.volatile, homes }
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
  return { ...list, splits: firstRows(list.splits, input.limit) }
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

interface StageScans {
  readonly scans: ReadonlyMap<string, readonly Split[]>
  readonly workers: number
  readonly homeIn: (source: string) => HomeOf | undefined
}

function stageTasks(plan: StagePlan, stage: Stage, { scans, workers, homeIn }: StageScans): readonly TaskReads[] {
  switch (stage.tasks._tag) {
    case "single":
      return [{ splits: scans, partition: undefined, home: firstHome(stage, scans, homeIn) }]
    case "partitions":
      return Array.from({ length: hashPartitions(plan, stage) }, (_, partition) => ({ splits: new Map(), partition }))
    case "splits": {
      const [scan] = scans
      if (scan === undefined || scans.size > 1) throw new Error(`stage ${stage.id} must have exactly one scan`)
      const [name, splits] = scan
      const source = stage.inputs.find(isScan)?.source
      const broadcast = stage.inputs.some(isExchange)
      const homeOf = source === undefined ? undefined : homeIn(source)
      const groups =
        homeOf === undefined
          ? groupSplits(splits, workers, broadcast).map((group): Share => ({ home: undefined, splits: group }))
          : groupByHome(splits, homeOf, { isOrdered: stage.isOrdered, broadcast })
      return groups.map(({ home, splits: group }) => ({ splits: new Map([[name, group]]), partition: undefined, home }))
    }
  }
}

/** One task that reads everything runs where it ran before. */
function firstHome(stage: Stage, scans: StageScans["scans"], homeIn: StageScans["homeIn"]): string | undefined {
  const scan = stage.inputs.find(isScan)
  const split = scan === undefined ? undefined : scans.get(scan.table)?.[0]
  return scan === undefined || split === undefined ? undefined : homeIn(scan.source)?.(split)
}

interface Share {
  readonly home: string | undefined
  readonly splits: readonly Split[]
}

/**
 * Tasks whose splits all have the same home. Where the order matters a task is a run of splits, so that the outputs of the
 * tasks one after the other have the order of the splits.
 */
export function groupByHome(
  splits: readonly Split[],
  homeOf: HomeOf,
  { isOrdered, broadcast }: { readonly isOrdered: boolean; readonly broadcast: boolean },
): readonly Share[] {
  if (splits.length === 0) return [{ home: undefined, splits: [] }]
  const shares: { home: string | undefined; splits: Split[] }[] = []
  for (const split of splits) {
    const home = homeOf(split)
    const last = isOrdered ? shares.at(-1) : shares.find((share) => share.home === home)
    if (last !== undefined && last.home === home) last.splits.push(split)
    else shares.push({ home, splits: [split] })
  }
  const perEngine = broadcast || (isOrdered && shares.length > 1) ? 1 : SCAN_TASKS_PER_ENGINE
  const bytesMax = broadcast ? SCAN_TASK_BYTES_MAX_WITH_BROADCAST : SCAN_TASK_BYTES_MAX
  const tasks = shares.flatMap(({ home, splits: own }): readonly Share[] => {
    const [bytes, weight] = [sumOf(own, (split) => split.bytes), sumOf(own, weightOf)]
    const wanted = Math.max(weight < SCAN_TASK_WEIGHT_MIN ? 1 : perEngine, Math.ceil(bytes / bytesMax))
    return cutSplits(own, Math.min(wanted, own.length)).map((group) => ({ home, splits: group }))
  })
  if (tasks.length <= SCAN_TASKS_MAX) return tasks
  return cutSplits(splits, SCAN_TASKS_MAX).map((group) => ({ home: group[0] && homeOf(group[0]), splits: group }))
}

/** A row counts for a byte, so that columns without bytes (count(*), all NULL) are spread too. */
function weightOf({ bytes, rows }: Split): number {
  return bytes + rows
}

function sumOf(splits: readonly Split[], number: (split: Split) => number): number {
  return splits.reduce((sum, split) => sum + number(split), 0)
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
  const bytes = sumOf(splits, (split) => split.bytes)
  const bytesMax = broadcast ? SCAN_TASK_BYTES_MAX_WITH_BROADCAST : SCAN_TASK_BYTES_MAX
  const perWorker = broadcast ? SCAN_TASKS_PER_WORKER_WITH_BROADCAST : SCAN_TASKS_PER_WORKER
  const wanted = Math.max(workers * perWorker, Math.ceil(bytes / bytesMax))
  return cutSplits(splits, Math.min(wanted, splits.length, SCAN_TASKS_MAX))
}

function cutSplits(splits: readonly Split[], count: number): readonly (readonly Split[])[] {
  const weights = splits.map(weightOf)
  const total = weights.reduce((sum, weight) => sum + weight, 0)
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
