import type { EngineInputRequest } from "./core.ts"
import type { Connection, DuckDB } from "./duckdb.ts"
import type { BatchBytes, EngineEvent, EngineSplit, EngineTask, TaskMetrics } from "./messages.ts"
import { outputShape } from "./output-shape.ts"
import { Partitioner } from "./partitioner.ts"
import { isOutOfMemory, Trap } from "./refusal.ts"
import type { ResidentTables } from "./residency/resident-tables.ts"
import { TaskClock } from "./task-clock.ts"
import { TaskInputs } from "./task-inputs.ts"

/** Output that was sent and that nobody has said is safe. Then the engine waits: a slow disk holds up its producers. */
const OUTPUT_IN_FLIGHT_BYTES_MAX = 32 * 1024 * 1024

export interface TaskPorts {
  readonly db: DuckDB
  readonly residents: ResidentTables
  readonly emit: (event: EngineEvent) => void
  /** Lets messages in; throws when one of them cancelled the task. */
  readonly pause: () => Promise<void>
  readonly now: () => number
}

/** One task on the engine: its input, its statement, its output, its metrics. */
export class TaskRun {
  readonly #task: EngineTask
  readonly #ports: TaskPorts
  readonly #clock: TaskClock
  readonly #inputs: TaskInputs
  #bytesOut = 0
  #bytesTaken = 0
  #wake: (() => void) | undefined

  constructor(task: EngineTask, ports: TaskPorts) {
    this.#task = task
    this.#ports = ports
    this.#clock = new TaskClock(ports.now, ports.pause)
    this.#inputs = new TaskInputs(task.inputs, ports.db, ports.residents, this.#clock)
  }

  createTables(): void {
    this.#ports.residents.begin(this.#task.query)
    this.#inputs.create()
  }

  /** Nothing of the task is left but the columns of files that are worth keeping. */
  clear(): void {
    this.#inputs.drop()
    this.#ports.residents.release()
  }

  look(table: string, splits: readonly EngineSplit[]): readonly (readonly string[])[] {
    return this.#inputs.look(table, splits)
  }

  /** Returns how many rows came. */
  ingest(request: EngineInputRequest): Promise<number> {
    return this.#inputs.ingest(request)
  }

  /** Runs the statement and sends what it yields. `rows`: what arrived in each table. */
  async run(rows: Readonly<Record<string, number>>): Promise<TaskMetrics> {
    this.#inputs.settle(rows)
    const partitionRows = await this.#executeWithin()
    // Now, so that the metrics tell what is kept.
    this.#clock.work("other", () => this.clear())
    return this.#metrics(partitionRows)
  }

  /** What is kept for others must not be what a task lacks. Once rows have left, it is for the planner to cut it smaller. */
  async #executeWithin(): Promise<readonly number[]> {
    try {
      return await this.#execute()
    } catch (thrown) {
      if (!isOutOfMemory(thrown) || this.#bytesOut > 0 || !this.#ports.residents.shed()) throw thrown
      return this.#execute()
    }
  }

  async #execute(): Promise<readonly number[]> {
    const connection = this.#ports.db.statements
    try {
      const partitioner = await this.#stream(connection, await this.#start(connection))
      return partitioner.partitionRows()
    } catch (thrown) {
      if (!(thrown instanceof Trap)) connection.cancel()
      throw thrown
    }
  }

  /** Returns the result's schema message. */
  async #start(connection: Connection): Promise<Uint8Array> {
    this.#clock.startSlice()
    let schema = this.#clock.work("execute", () => connection.start(this.#task.sql))
    while (schema === undefined) {
      await this.#clock.pauseWhenDue()
      schema = this.#clock.work("execute", () => connection.poll())
    }
    return schema
  }

  async #stream(connection: Connection, schema: Uint8Array): Promise<Partitioner> {
    const deliver = (partition: number, sequence: number, batch: BatchBytes): void => {
      this.#bytesOut += batch.bytes.byteLength
      this.#ports.emit({ _tag: "OutputBatch", task: this.#task.id, partition, sequence, batch })
    }
    const partitioner = new Partitioner(outputShape(schema, this.#task), deliver)
    for (;;) {
      const message = this.#clock.work("execute", () => connection.fetch())
      if (message !== undefined && message.byteLength === 0) break
      if (message !== undefined) this.#clock.work("scatter", () => partitioner.add(message))
      await this.#clock.pauseWhenDue()
      if (this.#bytesOut - this.#bytesTaken > OUTPUT_IN_FLIGHT_BYTES_MAX) await this.#room()
    }
    this.#clock.work("scatter", () => partitioner.finish())
    return partitioner
  }

  /** So many more bytes of output are safe. */
  outputTaken(task: string, bytes: number): void {
    if (task !== this.#task.id) return
    this.#bytesTaken += bytes
    this.#wake?.()
  }

  /** Whoever waits looks again. */
  interrupted(): void {
    this.#wake?.()
  }

  async #room(): Promise<void> {
    while (this.#bytesOut - this.#bytesTaken > OUTPUT_IN_FLIGHT_BYTES_MAX) {
      // First: a cancellation that came already would wake nobody.
      await this.#ports.pause()
      if (this.#bytesOut - this.#bytesTaken <= OUTPUT_IN_FLIGHT_BYTES_MAX) break
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
      this.#wake = undefined
    }
    this.#clock.startSlice()
  }

  #metrics(partitionRows: readonly number[]): TaskMetrics {
    const { decode, ingest, execute, scatter } = this.#clock.ms
    const { residents } = this.#ports
    return {
      busyMs: this.#clock.busyMs(),
      decodeMs: decode,
      ingestMs: ingest,
      executeMs: execute,
      scatterMs: scatter,
      rowsIn: this.#inputs.rows(),
      rowsOut: partitionRows.reduce((sum, rows) => sum + rows, 0),
      bytesOut: this.#bytesOut,
      partitionRows,
      memoryBytes: this.#ports.db.memoryBytes(),
      bytesDecoded: this.#inputs.bytesDecoded(),
      bytesIngested: this.#inputs.bytesIngested(),
      rowsSkipped: this.#inputs.rowsLeftOut(),
      cache: { ...residents.counts(), bytes: residents.bytes() },
    }
  }
}
