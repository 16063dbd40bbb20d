import { crc32 } from "node:zlib"
import * as arrow from "apache-arrow"
import { ExchangeError } from "../errors.ts"
import type { DecodedBatch } from "../sources/source.ts"
import type { EngineInputRequest } from "./core.ts"
import { decoderFor } from "./decoders.ts"
import type { Connection, DuckDB } from "./duckdb.ts"
import { END_OF_STREAM, hasEndOfStream } from "./flat-message.ts"
import { layoutOf } from "./layout.ts"
import type { BatchBytes, EngineEvent, EngineInput, EngineTask, TaskMetrics } from "./messages.ts"
import type { OutputShape } from "./partitioner.ts"
import { Partitioner } from "./partitioner.ts"
import { Trap } from "./refusal.ts"

/** Between two pauses the thread works so long and hears nothing, a cancellation neither. */
const SLICE_MS = 20

/** A table without columns (`count(*)` reads none) keeps its row count in one column. */
const ROWS_COLUMN = "rows"

/** Thrown at a pause after the task was cancelled. */
export class Interrupted extends Error {}

export interface TaskPorts {
  readonly db: DuckDB
  readonly emit: (event: EngineEvent) => void
  /** Lets messages in; throws Interrupted when one of them cancelled the task. */
  readonly pause: () => Promise<void>
  readonly now: () => number
}

/** One task on the engine: its tables, its input, its statement, its metrics. */
export class TaskRun {
  readonly #task: EngineTask
  readonly #ports: TaskPorts
  #sliceStart: number
  #decodeMs = 0
  #ingestMs = 0
  #executeMs = 0
  #scatterMs = 0
  #busyMs = 0
  #rowsIn = 0

  constructor(task: EngineTask, ports: TaskPorts) {
    this.#task = task
    this.#ports = ports
    this.#sliceStart = ports.now()
  }

  createTables(): void {
    this.#work(() => {
      for (const input of this.#task.inputs) this.#statement(createTable(input))
    })
  }

  dropTables(): void {
    for (const { table } of this.#task.inputs) this.#statement(`DROP TABLE IF EXISTS ${quoted(table)}`)
  }

  /** Returns how many rows came. */
  async ingest(request: EngineInputRequest): Promise<number> {
    const input = this.#task.inputs.find(({ table }) => table === request.table)
    if (input === undefined) throw new ExchangeError({ message: `no input table ${request.table}` })
    const rows =
      request._tag === "InputBatch" ? this.#ingestBatch(input, request.batch) : await this.#ingestSplit(input, request)
    this.#rowsIn += rows
    return rows
  }

  #ingestBatch(input: EngineInput, batch: BatchBytes): number {
    return this.#work(() => {
      const found = crc32(batch.bytes)
      if (found !== batch.checksum) {
        const message = `a batch for ${input.table} is damaged: its checksum is ${hex(found)}, not ${hex(batch.checksum)}`
        throw new ExchangeError({ message })
      }
      this.#ingestMs += this.#timed(() => this.#insert(input, batch.bytes, batch.rows))
      return batch.rows
    })
  }

  async #ingestSplit(
    input: EngineInput,
    request: Extract<EngineInputRequest, { _tag: "InputSplit" }>,
  ): Promise<number> {
    const { split } = request
    if (input.columns.length === 0) {
      this.#work(() => this.#insertRowCount(input, split.rows))
      return split.rows
    }
    const decoder = await decoderFor(split.kind)
    const columns = input.columns.map(({ sourceName, type }) => ({ name: sourceName, type }))
    const batches = decoder.decode(split, columns)[Symbol.iterator]()
    let rows = 0
    this.#sliceStart = this.#ports.now()
    try {
      for (let batch = this.#decode(batches); batch !== undefined; batch = this.#decode(batches)) {
        const { ipc, rows: count } = batch
        this.#work(() => (this.#ingestMs += this.#timed(() => this.#insert(input, ipc, count))))
        rows += count
        await this.#pauseWhenDue()
      }
    } finally {
      // A decoder that is left in the middle frees what it holds.
      batches.return?.()
    }
    if (rows === split.rows) return rows
    throw new ExchangeError({
      message: `${split.file} holds ${split.rows} rows in this split, but ${rows} were decoded`,
    })
  }

  #decode(batches: Iterator<DecodedBatch>): DecodedBatch | undefined {
    return this.#work(() => {
      const start = this.#ports.now()
      const next = batches.next()
      this.#decodeMs += this.#ports.now() - start
      return next.done === true ? undefined : next.value
    })
  }

  /** Runs the statement and sends what it yields. `rows`: what arrived in each table. */
  async run(rows: Readonly<Record<string, number>>): Promise<TaskMetrics> {
    this.#work(() => {
      for (const { table } of this.#task.inputs) this.#checkRows(table, rows[table] ?? 0)
    })
    const connection = this.#ports.db.statements
    try {
      const schema = await this.#start(connection)
      const output = this.#outputOf(schema)
      const partitioner = await this.#stream(connection, output.shape, output.deliver)
      return this.#metrics(partitioner.partitionRows(), output.bytes())
    } catch (thrown) {
      if (!(thrown instanceof Trap)) connection.cancel()
      throw thrown
    }
  }

  async #start(connection: Connection): Promise<Uint8Array> {
    this.#sliceStart = this.#ports.now()
    let schema = this.#execute(() => connection.start(this.#task.sql))
    while (schema === undefined) {
      await this.#pauseWhenDue()
      schema = this.#execute(() => connection.poll())
    }
    return schema
  }

  #outputOf(schema: Uint8Array): {
    readonly shape: OutputShape
    readonly deliver: (partition: number, sequence: number, batch: BatchBytes) => void
    readonly bytes: () => number
  } {
    let bytes = 0
    const { id: task, partitions, batchBytesTarget } = this.#task
    const shape = { ...outputColumns(schema, this.#task), partitions, batchBytesTarget }
    const deliver = (partition: number, sequence: number, batch: BatchBytes): void => {
      bytes += batch.bytes.byteLength
      this.#ports.emit({ _tag: "OutputBatch", task, partition, sequence, batch })
    }
    return { shape, deliver, bytes: () => bytes }
  }

  async #stream(
    connection: Connection,
    shape: OutputShape,
    deliver: (partition: number, sequence: number, batch: BatchBytes) => void,
  ): Promise<Partitioner> {
    const partitioner = new Partitioner(shape, deliver)
    for (;;) {
      const message = this.#execute(() => connection.fetch())
      if (message !== undefined && message.byteLength === 0) break
      if (message !== undefined) this.#scatter(() => partitioner.add(message))
      await this.#pauseWhenDue()
    }
    this.#scatter(() => partitioner.finish())
    return partitioner
  }

  #metrics(partitionRows: readonly number[], bytesOut: number): TaskMetrics {
    return {
      busyMs: this.#busyMs,
      decodeMs: this.#decodeMs,
      ingestMs: this.#ingestMs,
      executeMs: this.#executeMs,
      scatterMs: this.#scatterMs,
      rowsIn: this.#rowsIn,
      rowsOut: partitionRows.reduce((sum, rows) => sum + rows, 0),
      bytesOut,
      partitionRows,
      memoryBytes: this.#ports.db.memoryBytes(),
    }
  }

  #insert(input: EngineInput, stream: Uint8Array, rows: number): void {
    if (input.columns.length === 0) return this.#insertRowCount(input, rows)
    if (!hasEndOfStream(stream)) {
      throw new ExchangeError({ message: `a batch for ${input.table} has no end marker: it was cut off` })
    }
    // A fresh connection for every stream: what one leaves behind swallows the next.
    const connection = this.#ports.db.connect()
    try {
      connection.insert(input.table, stream)
    } finally {
      connection.close()
    }
  }

  #insertRowCount(input: EngineInput, rows: number): void {
    this.#statement(`INSERT INTO ${quoted(input.table)} SELECT true FROM range(${rows})`)
  }

  /** Law 3: DuckDB takes a stream that it cannot read without a word, so what stands in the table is counted. */
  #checkRows(table: string, arrived: number): void {
    const result = arrow.tableFromIPC(this.#statement(`SELECT count(*)::VARCHAR FROM ${quoted(table)}`))
    const stored = Number(result.getChildAt(0)?.get(0))
    if (stored !== arrived) {
      throw new ExchangeError({ message: `${table} holds ${stored} rows, but ${arrived} were sent to it` })
    }
  }

  #statement(sql: string): Uint8Array {
    return this.#ports.db.statements.run(sql)
  }

  async #pauseWhenDue(): Promise<void> {
    if (this.#ports.now() - this.#sliceStart < SLICE_MS) return
    await this.#ports.pause()
    this.#sliceStart = this.#ports.now()
  }

  #execute<T>(work: () => T): T {
    const before = this.#busyMs
    const result = this.#work(work)
    this.#executeMs += this.#busyMs - before
    return result
  }

  #scatter(work: () => void): void {
    const before = this.#busyMs
    this.#work(work)
    this.#scatterMs += this.#busyMs - before
  }

  #work<T>(work: () => T): T {
    const start = this.#ports.now()
    try {
      return work()
    } finally {
      this.#busyMs += this.#ports.now() - start
    }
  }

  #timed(work: () => void): number {
    const start = this.#ports.now()
    work()
    return this.#ports.now() - start
  }
}

function createTable(input: EngineInput): string {
  const columns = input.columns.map(({ name, type }) => `${quoted(name)} ${type}`)
  const all = columns.length > 0 ? columns.join(", ") : `${quoted(ROWS_COLUMN)} BOOLEAN`
  return `CREATE TABLE ${quoted(input.table)} (${all})`
}

/** The layouts of the output's columns, and the schema message of its batches: without the partition column. */
function outputColumns(message: Uint8Array, task: EngineTask): Pick<OutputShape, "columns" | "schema"> {
  const stream = new Uint8Array(message.byteLength + END_OF_STREAM.byteLength)
  stream.set(message)
  stream.set(END_OF_STREAM, message.byteLength)
  const { fields } = arrow.RecordBatchReader.from(stream).open().schema
  const expected = task.columns.length + (task.partitions > 0 ? 1 : 0)
  if (fields.length !== expected) {
    throw new ExchangeError({ message: `the statement yields ${fields.length} columns instead of ${expected}` })
  }
  const last = fields.at(-1)
  if (task.partitions > 0 && !(arrow.DataType.isInt(last?.type) && last.type.bitWidth === 32)) {
    throw new ExchangeError({ message: `the partition column is ${String(last?.type)} instead of INTEGER` })
  }
  // Names are the task's: DuckDB's own change with the expression, and a batch's bytes should not.
  const named = task.columns.map(({ name }, i) => {
    const field = fields[i]
    if (field === undefined) throw new ExchangeError({ message: `the statement yields no column ${name}` })
    return new arrow.Field(name, field.type, true, field.metadata)
  })
  const columns = named.map((field) => layoutOf(field.type))
  return { columns, schema: schemaMessage(new arrow.Schema(named)) }
}

/** The first message of an IPC stream: FF FF FF FF, the metadata's length, the metadata. */
function schemaMessage(schema: arrow.Schema): Uint8Array {
  const stream = arrow.tableToIPC(new arrow.Table(schema), "stream")
  const length = new DataView(stream.buffer, stream.byteOffset).getInt32(4, true)
  return stream.slice(0, 8 + length)
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}

function hex(checksum: number): string {
  return checksum.toString(16).padStart(8, "0")
}
