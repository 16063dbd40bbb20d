import * as fc from "fast-check"
import { afterEach, describe, expect, test } from "vitest"
import type { ActorEnd, ActorFactory, ActorRef, Supervision } from "./actor.ts"
import { createActorSystem } from "./system.ts"
import { closeSystems, newSystem, recorder, turn, turns } from "./testing/systems.ts"

afterEach(closeSystems)

describe("supervision", () => {
  function failing(supervision: Supervision, times: number) {
    let clock = 0
    const system = newSystem(() => clock)
    const ends: ActorEnd["_tag"][] = []
    let instances = 0
    const handled: string[] = []
    const factory: ActorFactory<string> = () => {
      instances += 1
      const instance = instances
      return {
        receive: (message) => {
          if (message === "fail") throw new Error(`instance ${instance}`)
          handled.push(`${instance}: ${message}`)
        },
      }
    }
    let child: ActorRef<string> | undefined
    system.spawn<string>("root", (context) => {
      child = context.spawn("child", factory, { supervision })
      return { receive: () => undefined, childEnded: (_, end) => void ends.push(end._tag) }
    })
    const run = async (advanceMs: number) => {
      for (let i = 0; i < times; i += 1) {
        child?.send("fail")
        child?.send(`after ${i}`)
        await turns(2)
        clock += advanceMs
      }
    }
    return { system, run, ends, handled, instances: () => instances }
  }
  const twice: Supervision = { _tag: "restart", restarts: 2, windowMs: 1000, exhausted: "stop" }

  test("a restarted actor is a fresh instance with the rest of its mailbox", async () => {
    const { run, handled, ends, system } = failing(twice, 2)
    await run(0)
    expect(handled).toEqual(["2: after 0", "3: after 1"])
    expect(ends).toEqual([])
    expect(system.counts()).toMatchObject({ restarts: 2, failures: 2, actors: 2 })
  })

  test("more failures than the window allows stop it", async () => {
    const { run, ends, instances, system } = failing(twice, 4)
    await run(0)
    expect(instances()).toBe(3)
    expect(ends).toEqual(["Failed"])
    expect(system.counts().actors).toBe(1)
    expect(system.failures.at(-1)).toBe("root/child: Error: instance 3")
  })

  test("failures that are far apart go on being forgiven", async () => {
    const { run, ends, instances } = failing(twice, 6)
    await run(501)
    expect(ends).toEqual([])
    expect(instances()).toBe(7)
  })

  test("escalation fails the parent, whose own policy decides", async () => {
    const system = newSystem()
    let roots = 0
    const born = Promise.withResolvers<void>()
    const bad: ActorFactory<string> = () => ({
      receive: () => {
        throw new Error("broken")
      },
    })
    system.spawn<string>(
      "root",
      (context) => {
        roots += 1
        const child = context.spawn("child", bad, { supervision: { _tag: "escalate" } })
        if (roots === 1) child.send("fail")
        else born.resolve()
        return { receive: () => undefined }
      },
      { supervision: { _tag: "restart", restarts: 1, windowMs: 1000, exhausted: "stop" } },
    )
    await born.promise
    expect(system.failures).toEqual(["root/child: Error: broken", "root: Error: broken"])
    expect(system.counts()).toMatchObject({ actors: 2, restarts: 1 })
  })

  test("a child that cannot start fails its parent only after the parent's receive", async () => {
    const system = newSystem()
    const never: ActorFactory<string> = () => {
      throw new Error("cannot start")
    }
    const after: ActorRef<string>[] = []
    const ref = system.spawn<string>("root", (context) => ({
      receive: () => {
        context.spawn("bad", never, { supervision: { _tag: "escalate" } })
        after.push(context.spawn<string>("good", () => ({ receive: () => undefined })))
      },
    }))
    ref.send("spawn")
    await turns(2)
    expect(system.failures).toEqual(["root/bad: Error: cannot start", "root: Error: cannot start"])
    expect(after).toHaveLength(1)
    expect(system.counts().actors).toBe(0)
  })

  test("a factory that throws is a failure too, bounded by the same limit", async () => {
    const system = newSystem()
    const never: ActorFactory<string> = () => {
      throw new Error("cannot start")
    }
    const ref = system.spawn("one", never, { supervision: twice })
    expect(ref.send("x")).toBe("stopped")
    expect(system.failures).toEqual(Array(3).fill("one: Error: cannot start"))
    expect(system.counts()).toMatchObject({ actors: 0, restarts: 2 })
  })

  test("a restart loses children, timers and piped work of the instance that failed", async () => {
    const system = newSystem()
    const work = Promise.withResolvers<string>()
    let instances = 0
    const { received, factory } = recorder()
    const ref = system.spawn<string>(
      "one",
      (context) => {
        instances += 1
        context.spawn(`child-${instances}`, factory)
        const first = instances === 1
        return {
          receive: (message) => {
            received.push(`${instances}: ${message}`)
            if (!first) return
            context.after(60_000, "timer")
            context.pipe(work.promise, String, String)
            throw new Error("broken")
          },
        }
      },
      { supervision: twice },
    )
    ref.send("fail")
    await turns(2)
    expect(system.counts()).toMatchObject({ actors: 2, timers: 0, piped: 0, restarts: 1 })
    expect(system.ref<string>({ node: "test", path: "one/child-1" }).send("x")).toBe("stopped")
    work.resolve("late")
    await turns(2)
    expect(received).toEqual(["1: fail"])
    expect(system.counts().lateReports).toBe(1)
  })
})

describe("supervision and what is under way", () => {
  const once: Supervision = { _tag: "restart", restarts: 1, windowMs: 1000, exhausted: "stop" }

  test("a report that waits behind the message that fails belongs to the instance that failed", async () => {
    const system = newSystem()
    const work = Promise.withResolvers<string>()
    const received: string[] = []
    let instances = 0
    const ref = system.spawn<string>(
      "one",
      (context) => {
        instances += 1
        const instance = instances
        return {
          receive: (message) => {
            received.push(`${instance}: ${message}`)
            if (message === "start") context.pipe(work.promise, String, String)
            if (message === "fail") throw new Error("broken")
          },
        }
      },
      { supervision: once },
    )
    ref.send("start")
    await turn()
    ref.send("fail")
    work.resolve("report")
    await turns(2)
    expect(received).toEqual(["1: start", "1: fail"])
    expect(system.counts().lateReports).toBe(1)
  })

  test("a stop during a restart waits for the last call of the instance that failed", async () => {
    const system = newSystem()
    const releasing = Promise.withResolvers<void>()
    let instances = 0
    const ref = system.spawn<string>(
      "one",
      () => {
        instances += 1
        return {
          receive: () => {
            throw new Error("broken")
          },
          stopped: () => releasing.promise,
        }
      },
      { supervision: once },
    )
    ref.send("fail")
    await turn()
    expect(ref.send("waits for the next instance")).toBe("accepted")
    let isOver = false
    const over = system.stop(ref.address).then(() => (isOver = true))
    await turns(2)
    expect(isOver).toBe(false)
    releasing.resolve()
    await over
    expect(instances).toBe(1)
    expect(system.deadLetters).toEqual(["one: waits for the next instance"])
  })

  test("whatever fails and stops, every accepted message is handled, failed or a dead letter", async () => {
    const step = fc.record({
      actor: fc.nat({ max: 5 }),
      what: fc.constantFrom("work", "work", "fail", "stop", "spawn", "turn"),
    })
    const policies = fc.constantFrom<Supervision>(once, { _tag: "stop" }, { _tag: "escalate" })
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { maxLength: 60 }),
        fc.array(policies, { minLength: 3, maxLength: 3 }),
        async (steps, by) => {
          let dead = 0
          const system = createActorSystem({ node: "test", onDeadLetter: () => (dead += 1) })
          const refs: ActorRef<string>[] = []
          let handled = 0
          const factory =
            (depth: number): ActorFactory<string> =>
            (context) => ({
              receive: (message) => {
                handled += 1
                if (message === "fail") throw new Error("broken")
                if (message === "stop") context.stop()
                if (message !== "spawn" || depth === 2) return
                const supervision = by[depth + 1] ?? once
                refs.push(context.spawn(`child-${handled}`, factory(depth + 1), { supervision }))
              },
            })
          refs.push(system.spawn("root", factory(0), { supervision: by[0] ?? once }))
          let accepted = 0
          for (const { actor, what } of steps) {
            if (what === "turn") await turn()
            else if (refs[actor % refs.length]?.send(what) === "accepted") accepted += 1
          }
          await system.close()
          expect(handled + dead).toBe(accepted)
          expect(system.counts()).toMatchObject({ actors: 0, waiting: 0, timers: 0 })
        },
      ),
      { numRuns: 200 },
    )
  })
})
