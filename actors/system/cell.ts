import type { Address } from "../../transport/address.ts"
import { isName } from "../../transport/address.ts"
import type {
  Actor,
  ActorContext,
  ActorEnd,
  ActorFactory,
  ActorRef,
  SendResult,
  SpawnOptions,
  Supervision,
} from "./actor.ts"
import { actorContext } from "./context.ts"
import { ActorMisuse } from "./errors.ts"
import type { Endpoint, Kernel, Living } from "./kernel.ts"
import { workQueue } from "./work-queue.ts"

/** Messages an actor may have waiting. Small, so that back-pressure shows early; see "Mailboxes" in docs/actors.md. */
export const MAILBOX_MESSAGES_MAX = 8

/** Children of one actor, and actors without a parent in one system. */
export const CHILDREN_MAX = 4096

type Work<M> =
  | { readonly _tag: "message"; readonly message: M }
  /** Piped work and timers: made by one instance, and dropped when another one sits here. */
  | { readonly _tag: "report"; readonly instance: number; readonly make: () => M }
  | { readonly _tag: "childEnded"; readonly child: Address; readonly end: ActorEnd }

/** One actor: its mailbox, its instance, its children, and what is to be undone when the instance goes. */
export class ActorCell<M> implements Living, Endpoint {
  readonly address: Address
  readonly self: ActorRef<M>
  readonly kernel: Kernel
  /** What the current instance left running: timers, questions. Undone at restart and stop. */
  readonly undo = new Set<() => void>()
  /** Counts instances; a context or a report of an earlier one is void. */
  instance = 0
  pipes = 0
  private state: "running" | "restarting" | "stopping" | "stopped" = "running"
  private actor: Actor<M> | undefined
  private readonly parent: Living | undefined
  private readonly siblings: Map<string, Living>
  private readonly children = new Map<string, Living>()
  private readonly factory: ActorFactory<M>
  private readonly options: SpawnOptions<M>
  private readonly mailboxMessages: number
  private readonly work = workQueue<Work<M>>()
  private messages = 0
  private scheduled = false
  private restartTimes: readonly number[] = []
  private roomWaiters: (() => void)[] = []
  private releasing: Promise<void> | undefined
  private ended: Promise<void> | undefined

  constructor(
    kernel: Kernel,
    parent: Living | undefined,
    siblings: Map<string, Living>,
    name: string,
    factory: ActorFactory<M>,
    options: SpawnOptions<M>,
  ) {
    this.kernel = kernel
    this.parent = parent
    this.siblings = siblings
    this.factory = factory
    this.options = options
    this.mailboxMessages = options.mailboxMessages ?? MAILBOX_MESSAGES_MAX
    const path = parent === undefined ? name : `${parent.address.path}/${name}`
    this.address = { node: kernel.node, path }
    this.self = { address: this.address, send: (message) => this.send(message) }
  }

  /** Adds the actor to its siblings and makes its first instance. A factory that throws is a failure as any other. */
  static spawn<M>(
    kernel: Kernel,
    parent: Living | undefined,
    siblings: Map<string, Living>,
    name: string,
    factory: ActorFactory<M>,
    options: SpawnOptions<M> = {},
  ): ActorRef<M> {
    if (kernel.isClosed()) throw new ActorMisuse({ message: `actor "${name}" cannot start: the system is closed` })
    if (!isName(name)) {
      throw new ActorMisuse({ message: `"${name}" cannot name an actor: use 1 to 64 letters, digits, "_" or "-"` })
    }
    if (siblings.has(name))
      throw new ActorMisuse({ message: `there is already an actor "${name}" here: stop it first` })
    if (siblings.size >= CHILDREN_MAX) {
      throw new ActorMisuse({ message: `actor "${name}" cannot start: its parent has ${CHILDREN_MAX} children` })
    }
    const cell = new ActorCell(kernel, parent, siblings, name, factory, options)
    siblings.set(name, cell)
    kernel.endpoints.set(cell.address.path, cell)
    kernel.counts.actors += 1
    cell.begin()
    return cell.self
  }

  send(message: M): SendResult {
    if (this.state === "stopping" || this.state === "stopped") return "stopped"
    if (this.messages >= this.mailboxMessages) return "full"
    this.messages += 1
    this.enqueue({ _tag: "message", message })
    return "accepted"
  }

  receiveForeign(message: unknown): SendResult | "refused" {
    if (this.options.decode === undefined) return "refused"
    let decoded: M
    try {
      decoded = this.options.decode(message)
    } catch {
      return "refused"
    }
    return this.send(decoded)
  }

  whenRoom(wake: () => void): void {
    this.roomWaiters.push(wake)
  }

  /** For the context: something that this instance started has come to its end. Never refused, for it was bounded at its start. */
  report(instance: number, make: () => M): void {
    if (instance !== this.instance) this.kernel.counts.lateReports += 1
    else this.enqueue({ _tag: "report", instance, make })
  }

  tellChildEnded(child: Living, end: ActorEnd): void {
    if (this.state === "running" || this.state === "restarting") {
      this.enqueue({ _tag: "childEnded", child: child.address, end })
    }
  }

  spawnChild<C>(name: string, factory: ActorFactory<C>, options: SpawnOptions<C> | undefined): ActorRef<C> {
    return ActorCell.spawn(this.kernel, this, this.children, name, factory, options)
  }

  stopChild(child: Address): void {
    for (const candidate of this.children.values()) {
      if (candidate.address.path !== child.path) continue
      this.kernel.betweenTurns(() => void candidate.stop({ _tag: "Stopped" }))
      return
    }
  }

  turn(): boolean {
    this.scheduled = false
    if (this.state !== "running" || this.actor === undefined) return false
    const work = this.work.take()
    if (work === undefined) return false
    this.kernel.counts.waiting -= 1
    try {
      this.apply(this.actor, work)
    } catch (error) {
      this.fail(error)
    }
    return this.work.size() > 0 && this.claimTurn()
  }

  fail(error: unknown): void {
    if (this.state === "stopping" || this.state === "stopped") return
    this.kernel.failed(this.address, error)
    let policy: Supervision = this.options.supervision ?? { _tag: "stop" }
    if (policy._tag === "restart") {
      const now = this.kernel.now()
      const { windowMs } = policy
      const recent = this.restartTimes.filter((at) => now - at < windowMs)
      if (recent.length < policy.restarts) {
        this.restartTimes = [...recent, now]
        this.restart()
        return
      }
      policy = { _tag: policy.exhausted }
    }
    if (policy._tag === "escalate" && this.parent !== undefined) {
      // The parent's policy decides; both its outcomes end this child, whose end is then no news.
      this.parent.fail(error)
      return
    }
    void this.stop({ _tag: "Failed", error })
  }

  stop(end: ActorEnd): Promise<void> | undefined {
    if (this.state === "stopping" || this.state === "stopped") return this.ended
    this.state = "stopping"
    this.dropInstance()
    this.kernel.counts.waiting -= this.work.size()
    for (const work of this.work.clear()) {
      if (work._tag === "message") this.kernel.deadLetter(this.address, work.message)
      else if (work._tag === "report") this.kernel.counts.lateReports += 1
    }
    const finish = () => {
      this.state = "stopped"
      this.ended = undefined
      this.siblings.delete(this.address.path.slice(this.address.path.lastIndexOf("/") + 1))
      this.kernel.endpoints.delete(this.address.path)
      this.kernel.counts.actors -= 1
      this.wakeRoomWaiters()
      this.parent?.tellChildEnded(this, end)
    }
    const released = this.release()
    if (released === undefined) finish()
    else this.ended = released.then(finish)
    return this.ended
  }

  private apply(actor: Actor<M>, work: Work<M>): void {
    switch (work._tag) {
      case "message":
        this.messages -= 1
        this.wakeRoomWaiters()
        actor.receive(work.message)
        return
      case "report":
        if (work.instance === this.instance) actor.receive(work.make())
        else this.kernel.counts.lateReports += 1
        return
      case "childEnded":
        actor.childEnded?.(work.child, work.end)
        return
    }
  }

  private begin(): void {
    this.state = "running"
    this.releasing = undefined
    const context: ActorContext<M> = actorContext(this)
    try {
      this.actor = this.factory(context)
    } catch (error) {
      // Between turns: the parent may be in the middle of the `receive` that spawns this child.
      this.kernel.betweenTurns(() => this.fail(error))
      return
    }
    if (this.work.size() > 0 && this.claimTurn()) this.kernel.wake(this)
  }

  private restart(): void {
    this.state = "restarting"
    this.kernel.counts.restarts += 1
    this.dropInstance()
    const released = this.release()
    const begin = () => {
      if (this.state === "restarting") this.begin()
    }
    if (released === undefined) this.kernel.betweenTurns(begin)
    else void released.then(begin)
  }

  /** Children first, then this instance's own last call. A hook that throws is reported and does not stop the rest. */
  private release(): Promise<void> | undefined {
    const actor = this.actor
    this.actor = undefined
    const waits: Promise<void>[] = []
    // A stop may come while an earlier instance is still being released for a restart.
    if (this.releasing !== undefined) waits.push(this.releasing)
    for (const child of [...this.children.values()].toReversed()) {
      const wait = child.stop({ _tag: "Stopped" })
      if (wait !== undefined) waits.push(wait)
    }
    const report = (error: unknown) => this.kernel.failed(this.address, error)
    const lastCall = (): Promise<void> | undefined => {
      try {
        const wait = actor?.stopped?.()
        return wait === undefined ? undefined : wait.catch(report)
      } catch (error) {
        report(error)
        return undefined
      }
    }
    const released = waits.length === 0 ? lastCall() : Promise.all(waits).then(lastCall)
    this.releasing = released
    return released
  }

  private dropInstance(): void {
    this.instance += 1
    this.kernel.counts.piped -= this.pipes
    this.pipes = 0
    for (const undo of this.undo) undo()
    this.undo.clear()
  }

  private enqueue(work: Work<M>): void {
    this.work.put(work)
    this.kernel.counts.waiting += 1
    if (this.state === "running" && this.claimTurn()) this.kernel.wake(this)
  }

  /** One place in the run queue at a time. */
  private claimTurn(): boolean {
    if (this.scheduled) return false
    this.scheduled = true
    return true
  }

  private wakeRoomWaiters(): void {
    if (this.roomWaiters.length === 0) return
    const waiters = this.roomWaiters
    this.roomWaiters = []
    for (const wake of waiters) wake()
  }
}
