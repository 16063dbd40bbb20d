import * as Schema from "effect/Schema"
import { ActorError } from "../../actors/errors.ts"
import { PRUNING_OPS } from "../../planner/physical/stage.ts"
import { codecOf } from "../../transport/codec.ts"
import { frameCodec } from "./frames.ts"

/**
 * What a coordinator and a worker say to each other about one attempt. Everything is derived from the schemas here; the
 * version stands in the transport's envelopes (`PROTOCOL_VERSION`), which must grow when one of them changes.
 */

/** Partitions of one output that a worker writes; more would be a mistake, and each needs memory. */
const PARTITIONS_MAX = 65_536

/** Where the services of a node are reached. */
export const TASK_PATH = "task"
export const EXCHANGE_PATH = "exchange"
export const RELEASE_PATH = "release"
export const PROBE_PATH = "probe"

const Count = Schema.Number.check(Schema.isInt(), Schema.isGreaterThanOrEqualTo(0))

const Column = Schema.Struct({ name: Schema.String, type: Schema.String, wireType: Schema.String })

const Scan = Schema.Struct({
  _tag: Schema.Literal("scan"),
  table: Schema.String,
  source: Schema.String,
  columns: Schema.Array(Schema.Struct({ name: Schema.String, sourceName: Schema.String, type: Schema.String })),
  pruning: Schema.Array(
    Schema.Struct({ column: Schema.String, op: Schema.Literals(PRUNING_OPS), values: Schema.Array(Schema.String) }),
  ),
})

const Exchange = Schema.Struct({
  _tag: Schema.Literal("exchange"),
  table: Schema.String,
  stage: Count,
  mode: Schema.Literals(["hash", "broadcast", "gather"]),
  columns: Schema.Array(Column),
})

const Stage = Schema.Struct({
  id: Count,
  sql: Schema.String,
  columns: Schema.Array(Column),
  tasks: Schema.Struct({ _tag: Schema.Literals(["single", "partitions", "splits"]) }),
  output: Schema.Union([
    Schema.Struct({
      _tag: Schema.Literal("hash"),
      partitions: Count.check(Schema.isLessThanOrEqualTo(PARTITIONS_MAX)),
    }),
    Schema.Struct({ _tag: Schema.Literal("single") }),
  ]),
  columnNames: Schema.Record(Schema.String, Schema.String),
  inputs: Schema.Array(Schema.Union([Scan, Exchange])),
})

/** A file as the coordinator saw it. The worker finds it in its own root of that name, and compares. */
export const OrderedFile = Schema.Struct({
  root: Schema.String,
  path: Schema.String,
  bytes: Count,
  checksum: Count,
})
export type OrderedFile = typeof OrderedFile.Type

const Made = Schema.Union([
  Schema.TaggedStruct("constant", { name: Schema.String, text: Schema.NullOr(Schema.String) }),
  Schema.TaggedStruct("rowNumber", { name: Schema.String, first: Count }),
  Schema.TaggedStruct("cast", { name: Schema.String, from: Schema.String }),
])

const OrderedSplit = Schema.Struct({
  /** Into `files`. */
  file: Count,
  index: Count,
  rows: Count,
  bytes: Count,
  made: Schema.optional(Schema.Array(Made)),
})

/** One attempt for a worker to run. */
export const TaskOrder = Schema.Struct({
  query: Schema.String,
  stage: Stage,
  task: Count,
  attempt: Count,
  /** Of its hash inputs. */
  partition: Schema.optional(Count),
  /** The engine that should run it, if it is idle. */
  home: Schema.optional(Schema.String),
  files: Schema.Array(OrderedFile),
  /** By the scan's table. */
  splits: Schema.Array(Schema.Struct({ table: Schema.String, splits: Schema.Array(OrderedSplit) })),
  /** By the input's stage, one holder a task of it. */
  inputs: Schema.Array(
    Schema.Struct({
      stage: Count,
      holders: Schema.Array(Schema.Struct({ node: Schema.String, attempt: Count })),
    }),
  ),
  /** The output comes back with the answer: the coordinator's reader wants it. */
  isResult: Schema.Boolean,
})
export type TaskOrder = typeof TaskOrder.Type

export const orders = codecOf(TaskOrder)

const Marker = { batches: Count, rows: Count, bytes: Count }

const Metrics = Schema.Struct({
  busyMs: Schema.Number,
  decodeMs: Schema.Number,
  ingestMs: Schema.Number,
  executeMs: Schema.Number,
  scatterMs: Schema.Number,
  rowsIn: Count,
  rowsOut: Count,
  bytesOut: Count,
  partitionRows: Schema.Array(Count),
  memoryBytes: Count,
  bytesDecoded: Count,
  bytesIngested: Count,
  rowsSkipped: Schema.Struct({ pages: Count, rows: Count }),
  cache: Schema.Struct({ hits: Count, misses: Count, evicted: Count, bytes: Count }),
})

const Outcome = Schema.TaggedUnion({
  done: { digest: Count, bytes: Count },
  failed: { error: ActorError },
  inputLost: { node: Schema.String, message: Schema.String },
  refused: { message: Schema.String },
  stopped: {},
})

/** What comes back: of a result its batches and their end marker, then how it ended. The bytes stand beside the header. */
export const TaskAnswer = Schema.TaggedUnion({
  batch: { sequence: Count, rows: Count, checksum: Count },
  end: Marker,
  report: {
    outcome: Outcome,
    metrics: Schema.optional(Metrics),
    bytesRead: Count,
    bytesRemote: Count,
  },
})

export const answers = frameCodec(TaskAnswer)

/** What a consumer asks of the node that holds outputs. */
export const ExchangeRequest = Schema.Struct({
  query: Schema.String,
  stage: Count,
  /** Tasks, in the order in which they are wanted. */
  producers: Schema.Array(Schema.Struct({ task: Count, attempt: Count })),
  /** Left out: all of them. */
  partition: Schema.optional(Count),
})
export type ExchangeRequest = typeof ExchangeRequest.Type

export const exchangeRequests = codecOf(ExchangeRequest)

export const ExchangePart = Schema.TaggedUnion({
  batch: { producer: Count, partition: Count, sequence: Count, rows: Count, checksum: Count },
  /** The end of one partition; `partitions`: how many the producer wrote. */
  end: { producer: Count, partition: Count, partitions: Count, ...Marker },
})

export const exchangeParts = frameCodec(ExchangePart)

export const releaseRequests = codecOf(Schema.Struct({ query: Schema.String }))

/** What a service is asked that needs no more words, and what one answers that has done what it was asked to. */
export const NO_WORDS = new Uint8Array(0)
