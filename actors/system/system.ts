import type { Address } from "../../transport/address.ts"
import { isName } from "../../transport/address.ts"
import type { ActorFactory, ActorRef, Ask, SendResult, SpawnOptions } from "./actor.ts"
import { ANSWER_ROOT, ask } from "./ask.ts"
import { ActorCell } from "./cell.ts"
import { ActorMisuse } from "./errors.ts"
import type { Counts, Endpoint, Kernel, Living } from "./kernel.ts"
import type { RunLoop } from "./run-loop.ts"
import { runLoop } from "./run-loop.ts"

/** Carries messages to the actors of another thread or node; see `port-link.ts`. */
export interface Link {
  readonly send: (to: Address, message: unknown, transfer: readonly ArrayBuffer[]) => SendResult
  /** Ends the link; from then on `send` says `stopped`. */
  readonly close: () => void
}

export interface SystemOptions {
  /** This thread's name in addresses; unique among everything it is linked with. */
  readonly node: string
  /** An actor threw. Its supervision goes on by itself; this is for the log. */
  readonly onFailure?: (address: Address, error: unknown) => void
  /** A message that had been accepted was not handled, because its actor stopped. */
  readonly onDeadLetter?: (address: Address, message: unknown) => void
  /** Monotonic milliseconds. */
  readonly now?: () => number
}

export interface ActorSystem {
  readonly node: string
  readonly spawn: <M>(name: string, factory: ActorFactory<M>, options?: SpawnOptions<M>) => ActorRef<M>
  /** The actor at an address. Asks nobody: an address where nobody is answers `stopped` to `send`. */
  readonly ref: <M>(address: Address) => ActorRef<M>
  /** For what is no actor itself. Rejects with AskFailed. */
  readonly ask: <R>(ask: Ask<R>, signal?: AbortSignal) => Promise<R>
  /** Stops an actor and all below it; settles when the last one is gone. */
  readonly stop: (address: Address) => Promise<void>
  /** Messages to addresses of `node` go through `link`. Gives a function that takes the link away. */
  readonly connect: (node: string, link: Link) => () => void
  /** For links: the mailbox or awaited answer at a path of this system. */
  readonly endpoint: (path: string) => Endpoint | undefined
  /** For links: a message that had been accepted could not be handed over. */
  readonly lost: (address: Address, message: unknown) => void
  readonly counts: () => Readonly<Counts>
  /** Stops every actor, calls off every timer and question, closes every link. Settles when nothing is left. */
  readonly close: () => Promise<void>
}

export function createActorSystem(options: SystemOptions): ActorSystem {
  if (!isName(options.node)) {
    throw new ActorMisuse({
      message: `"${options.node}" cannot name an actor system: use 1 to 64 letters, digits, "_" or "-"`,
    })
  }
  const roots = new Map<string, Living>()
  const links = new Map<string, Link>()
  const ending = new AbortController()
  const run = runLoop()
  const kernel = createKernel(options, links, ending.signal, run)
  const stop = (cell: Living) =>
    new Promise<void>((resolve) => {
      run.betweenTurns(() => resolve(cell.stop({ _tag: "Stopped" })))
    })
  return {
    node: options.node,
    spawn: (name, factory, spawnOptions) => {
      if (name === ANSWER_ROOT) throw new ActorMisuse({ message: `"${name}" is where answers are awaited: rename it` })
      return ActorCell.spawn(kernel, undefined, roots, name, factory, spawnOptions)
    },
    ref: kernel.ref,
    ask: (question, signal) => kernel.ask(question, signal ?? ending.signal),
    stop: async (address) => {
      const endpoint = address.node === options.node ? kernel.endpoints.get(address.path) : undefined
      if (endpoint instanceof ActorCell) await stop(endpoint)
    },
    connect: (node, link) => {
      if (node === options.node || links.has(node)) {
        throw new ActorMisuse({ message: `"${options.node}" already reaches "${node}": close that link first` })
      }
      links.set(node, link)
      return () => {
        if (links.get(node) === link) links.delete(node)
      }
    },
    endpoint: (path) => kernel.endpoints.get(path),
    lost: kernel.deadLetter,
    counts: () => ({ ...kernel.counts }),
    close: async () => {
      ending.abort()
      await Promise.all([...roots.values()].toReversed().map(stop))
      for (const link of links.values()) link.close()
      links.clear()
      run.close()
    },
  }
}

function createKernel(
  options: SystemOptions,
  links: ReadonlyMap<string, Link>,
  ending: AbortSignal,
  run: RunLoop,
): Kernel {
  const endpoints = new Map<string, Endpoint>()
  const counts: Counts = {
    actors: 0,
    waiting: 0,
    piped: 0,
    timers: 0,
    asks: 0,
    deadLetters: 0,
    lateReports: 0,
    failures: 0,
    restarts: 0,
  }
  const send = (to: Address, message: unknown, transfer: readonly ArrayBuffer[]): SendResult => {
    if (to.node !== options.node) return links.get(to.node)?.send(to, message, transfer) ?? "stopped"
    // The ref's type is the sender's word for what the actor takes; within one program the compiler has checked it.
    return endpoints.get(to.path)?.send(message as never) ?? "stopped"
  }
  const kernel: Kernel = {
    node: options.node,
    now: options.now ?? (() => performance.now()),
    counts,
    endpoints,
    isClosed: () => ending.aborted,
    wake: run.wake,
    betweenTurns: run.betweenTurns,
    deadLetter: (address, message) => {
      counts.deadLetters += 1
      outsideTheLoop(() => options.onDeadLetter?.(address, message))
    },
    failed: (address, error) => {
      counts.failures += 1
      outsideTheLoop(() => options.onFailure?.(address, error))
    },
    ref: (address) => ({ address, send: (message, transfer = []) => send(address, message, transfer) }),
    ask: (question, signal) => ask(kernel, question, AbortSignal.any([signal, ending])),
  }
  return kernel
}

/** A log hook that throws is the program's own defect: it must be loud, but not break the loop that all actors share. */
function outsideTheLoop(hook: () => void): void {
  try {
    hook()
  } catch (error) {
    queueMicrotask(() => {
      throw error
    })
  }
}
