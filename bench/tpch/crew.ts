import { Worker } from "node:worker_threads"
import { threadFile } from "../../actors/installation.ts"
import { TpchThreadError } from "./errors.ts"
import type { FromWorker, Setup, ToWorker } from "./messages.ts"

interface Job {
  readonly message: ToWorker
  readonly transfer: readonly ArrayBuffer[]
  readonly done: (reply: FromWorker) => void
  readonly failed: (cause: unknown) => void
}

/** Threads that take jobs in order. The first failure of any of them, or `stop`, fails every job. */
export class Crew {
  readonly #threads: Worker[] = []
  readonly #idle: Worker[] = []
  readonly #waiting: Job[] = []
  readonly #running = new Map<Worker, Job>()
  #failure: { readonly cause: unknown } | undefined

  constructor(threads: number, setup: Setup) {
    for (let index = 0; index < threads; index++) this.#start(setup)
  }

  #start(setup: Setup): void {
    const thread = new Worker(threadFile("bench/tpch/worker", import.meta.url), { workerData: setup })
    this.#threads.push(thread)
    this.#idle.push(thread)
    thread.on("message", (reply: FromWorker) => {
      const job = this.#running.get(thread)
      this.#running.delete(thread)
      this.#idle.push(thread)
      this.#next()
      job?.done(reply)
    })
    thread.on("error", (cause) =>
      this.fail(new TpchThreadError({ message: `a thread of the generator failed: ${cause}` })),
    )
    thread.on("exit", (code) =>
      this.fail(new TpchThreadError({ message: `a thread of the generator ended with code ${code}` })),
    )
  }

  run(message: ToWorker, transfer: readonly ArrayBuffer[] = []): Promise<FromWorker> {
    const reply = new Promise<FromWorker>((done, failed) => {
      if (this.#failure !== undefined) failed(this.#failure.cause)
      else this.#waiting.push({ message, transfer, done, failed })
    })
    // whoever waits for an earlier job sees the failure there: this one may never be awaited
    reply.catch(() => {})
    this.#next()
    return reply
  }

  #next(): void {
    while (this.#failure === undefined && this.#idle.length > 0) {
      const job = this.#waiting.shift()
      if (job === undefined) return
      const thread = this.#idle.pop()!
      this.#running.set(thread, job)
      thread.postMessage(job.message, [...job.transfer])
    }
  }

  /** Fails every job that is not done, and every one to come. */
  fail(cause: unknown): void {
    this.#failure ??= { cause }
    for (const job of [...this.#running.values(), ...this.#waiting.splice(0)]) job.failed(this.#failure.cause)
    this.#running.clear()
  }

  async stop(): Promise<void> {
    for (const thread of this.#threads) thread.removeAllListeners("exit")
    await Promise.all(this.#threads.map((thread) => thread.terminate()))
  }
}
