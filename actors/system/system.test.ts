import { afterEach, describe, expect, test } from "vitest"
import type { Actor, ActorEnd, ActorFactory, ActorRef, SendResult } from "./actor.ts"
import { MAILBOX_MESSAGES_MAX } from "./cell.ts"
import { closeSystems, newSystem, recorder, turn, turns } from "./testing/systems.ts"

afterEach(closeSystems)

describe("mailboxes", () => {
  test("one message at a time, in order, never inside send", async () => {
    const system = newSystem()
    let inside = false
    const { received, factory, reached } = recorder((message, context) => {
      expect(inside).toBe(false)
      inside = true
      if (message === "a") context.self.send("c")
      inside = false
    })
    const ref = system.spawn("one", factory)
    expect([ref.send("a"), ref.send("b")]).toEqual(["accepted", "accepted"])
    expect(received).toEqual([])
    await reached(3)
    expect(received).toEqual(["a", "b", "c"])
  })

  test("a full mailbox says so and keeps nothing; it takes again after a turn", async () => {
    const system = newSystem()
    const { received, factory, reached } = recorder()
    const ref = system.spawn("one", factory)
    const results = Array.from({ length: MAILBOX_MESSAGES_MAX + 2 }, (_, i) => ref.send(`${i}`))
    expect(results).toEqual([...Array<SendResult>(MAILBOX_MESSAGES_MAX).fill("accepted"), "full", "full"])
    await reached(MAILBOX_MESSAGES_MAX)
    expect(ref.send("again")).toBe("accepted")
    await reached(MAILBOX_MESSAGES_MAX + 1)
    expect(received.at(-1)).toBe("again")
  })

  test("a stopped actor says so; what it had accepted is a dead letter, not a silent loss", async () => {
    const system = newSystem()
    const { received, factory } = recorder()
    const ref = system.spawn("one", factory)
    ref.send("never handled")
    await system.stop(ref.address)
    expect(ref.send("late")).toBe("stopped")
    expect(system.ref<string>({ node: "test", path: "nobody" }).send("x")).toBe("stopped")
    expect(system.ref<string>({ node: "elsewhere", path: "one" }).send("x")).toBe("stopped")
    expect(received).toEqual([])
    expect(system.deadLetters).toEqual(["one: never handled"])
  })

  test("actors that keep each other busy leave the event loop its turns", async () => {
    const system = newSystem()
    const peers: ActorRef<number>[] = []
    let rounds = 0
    const ping = (): Actor<number> => ({
      receive: (other) => {
        rounds += 1
        peers[other]?.send(1 - other)
      },
    })
    peers.push(system.spawn("a", ping), system.spawn("b", ping))
    peers[0]?.send(1)
    await turns(3)
    expect(rounds).toBeGreaterThan(100)
  })

  test("refs by address reach the same actor", async () => {
    const system = newSystem()
    const { received, factory, reached } = recorder()
    const { address } = system.spawn("one", factory)
    expect(system.ref<string>(address).send("hello")).toBe("accepted")
    await reached(1)
    expect(received).toEqual(["hello"])
  })
})

describe("asynchronous work", () => {
  test("piped work reports as a message, also into a full mailbox", async () => {
    const system = newSystem()
    const work = Promise.withResolvers<string>()
    const { received, factory, reached } = recorder((message, context) => {
      if (message === "start") {
        context.pipe(work.promise, (value) => `done ${value}`, String)
        context.pipe(
          Promise.reject(new Error("no")),
          () => "done",
          (error) => `failed ${String(error)}`,
        )
      }
    })
    const ref = system.spawn("one", factory)
    ref.send("start")
    await reached(2)
    while (ref.send("filler") === "accepted");
    work.resolve("it")
    await reached(2 + MAILBOX_MESSAGES_MAX + 1)
    expect(received[1]).toBe("failed Error: no")
    expect(received.at(-1)).toBe("done it")
  })

  test("reports that come after the actor stopped are dropped and counted", async () => {
    const system = newSystem()
    const work = Promise.withResolvers<string>()
    const { received, factory, reached } = recorder((_, context) => context.pipe(work.promise, String, String))
    const ref = system.spawn("one", factory)
    ref.send("start")
    await reached(1)
    await system.stop(ref.address)
    work.resolve("late")
    await turn()
    expect(received).toEqual(["start"])
    expect(system.counts()).toMatchObject({ lateReports: 1, piped: 0 })
  })

  test("timers arrive as messages, can be called off, and go with their actor", async () => {
    const system = newSystem()
    const { received, factory, reached } = recorder((message, context) => {
      if (message !== "start") return
      const cancel = context.after(0, "cancelled")
      context.after(60_000, "never")
      context.after(1, "soon")
      cancel()
    })
    const ref = system.spawn("one", factory)
    ref.send("start")
    await reached(2)
    expect(received).toEqual(["start", "soon"])
    expect(system.counts().timers).toBe(1)
    await system.stop(ref.address)
    expect(system.counts().timers).toBe(0)
  })
})

describe("children", () => {
  test("die with their parent, last born first and deepest first, each with its last call", async () => {
    const system = newSystem()
    const calls: string[] = []
    const node =
      (name: string, children: readonly string[]): ActorFactory<string> =>
      (context) => {
        for (const child of children) context.spawn(child, node(child, child === "b" ? ["c"] : []))
        return {
          receive: () => undefined,
          stopped: () => {
            calls.push(name)
          },
        }
      }
    const root = system.spawn("root", node("root", ["a", "b"]))
    expect(system.counts().actors).toBe(4)
    await system.stop(root.address)
    expect(calls).toEqual(["c", "b", "a", "root"])
    expect(system.counts().actors).toBe(0)
  })

  test("a last call that takes its time is awaited before the parent's", async () => {
    const system = newSystem()
    const calls: string[] = []
    const closing = Promise.withResolvers<void>()
    const child: ActorFactory<string> = () => ({
      receive: () => undefined,
      stopped: async () => {
        await closing.promise
        calls.push("child")
      },
    })
    const root = system.spawn<string>("root", (context) => {
      context.spawn("child", child)
      return { receive: () => undefined, stopped: () => void calls.push("root") }
    })
    const stopped = system.stop(root.address)
    await turn()
    expect(calls).toEqual([])
    closing.resolve()
    await stopped
    expect(calls).toEqual(["child", "root"])
  })

  test("an actor that stops itself still ends its receive first", async () => {
    const system = newSystem()
    const calls: string[] = []
    const over = Promise.withResolvers<void>()
    const ref = system.spawn<string>("one", (context) => ({
      receive: () => {
        context.stop()
        context.after(60_000, "never")
        calls.push("receive")
      },
      stopped: () => {
        calls.push("stopped")
        over.resolve()
      },
    }))
    ref.send("stop")
    await over.promise
    expect(calls).toEqual(["receive", "stopped"])
    expect(system.failures).toEqual([])
  })

  test("a parent is told how each child ended", async () => {
    const system = newSystem()
    const ends: string[] = []
    const told = Promise.withResolvers<void>()
    const note = (name: string, end: ActorEnd) => {
      ends.push(end._tag === "Stopped" ? `${name} stopped` : `${name} failed: ${String(end.error)}`)
      if (ends.length === 2) told.resolve()
    }
    system.spawn<string>("root", (context) => {
      const self = context.spawn<string>("a", (own) => ({ receive: () => own.stop() }))
      const bad = context.spawn<string>("b", () => ({
        receive: () => {
          throw new Error("broken")
        },
      }))
      self.send("stop")
      bad.send("fail")
      return { receive: () => undefined, childEnded: (child, end) => note(child.path, end) }
    })
    await told.promise
    expect(ends).toEqual(["root/a stopped", "root/b failed: Error: broken"])
    expect(system.failures).toEqual(["root/b: Error: broken"])
  })

  test("a name is taken until its actor is gone", async () => {
    const system = newSystem()
    const { factory } = recorder()
    const ref = system.spawn("one", factory)
    expect(() => system.spawn("one", factory)).toThrow('there is already an actor "one" here: stop it first')
    expect(() => system.spawn("a/b", factory)).toThrow('"a/b" cannot name an actor')
    expect(() => system.spawn("answer", factory)).toThrow('"answer" is where answers are awaited: rename it')
    await system.stop(ref.address)
    expect(system.spawn("one", factory).send("x")).toBe("accepted")
  })
})

describe("questions", () => {
  interface Question {
    readonly text: string
    readonly replyTo: ActorRef<string>
  }
  const echo: ActorFactory<Question> = () => ({
    receive: ({ text, replyTo }) => {
      if (text !== "silence") replyTo.send(`${text}!`)
    },
  })
  const failureOf = (work: Promise<unknown>) => work.then(String, (error: unknown) => String(error))

  test("an answer comes back; a second one is told that nobody waits", async () => {
    const system = newSystem()
    let reply: ActorRef<string> | undefined
    const ref = system.spawn("echo", echo)
    const send = (replyTo: ActorRef<string>) => {
      reply = replyTo
      return ref.send({ text: "hello", replyTo })
    }
    expect(await system.ask<string>({ deadlineMs: 60_000, send })).toBe("hello!")
    expect(reply?.send("again")).toBe("stopped")
    expect(system.counts().asks).toBe(0)
  })

  test("no answer in time, nobody there, a full mailbox, a closed system: each its own reason", async () => {
    const system = newSystem()
    const ref = system.spawn("echo", echo)
    const ask = (text: string, deadlineMs: number) =>
      system.ask<string>({ deadlineMs, send: (replyTo) => ref.send({ text, replyTo }) })
    expect(await failureOf(ask("silence", 1))).toContain("no answer came within 1 ms")
    const pending = failureOf(ask("silence", 60_000))
    const all = Array.from({ length: MAILBOX_MESSAGES_MAX }, () => failureOf(ask("more", 60_000)))
    expect(await all.at(-1)).toContain("the question was not taken: the mailbox is full")
    await system.stop(ref.address)
    expect(await failureOf(ask("x", 60_000))).toContain("nobody is there to be asked")
    await system.close()
    expect(await pending).toContain("the question was given up: whoever asked has stopped")
    expect(await failureOf(ask("x", 60_000))).toContain("the question was not sent: whoever asks has stopped")
  })

  test("an actor's question: the answer is a message; a stopped asker leaves no deadline behind", async () => {
    const system = newSystem()
    const ref = system.spawn("echo", echo)
    const { received, factory, reached } = recorder((text, context) => {
      if (text === "hello!") return
      const send = (replyTo: ActorRef<string>) => ref.send({ text, replyTo })
      context.ask({ deadlineMs: 60_000, send }, (reply) => reply, String)
    })
    const asker = system.spawn("asker", factory)
    asker.send("hello")
    await reached(2)
    expect(received).toEqual(["hello", "hello!"])
    asker.send("silence")
    await reached(3)
    expect(system.counts().asks).toBe(1)
    await system.stop(asker.address)
    expect(system.counts().asks).toBe(0)
  })
})

describe("close", () => {
  test("stops everything, also from within a receive, and is safe to call twice", async () => {
    const system = newSystem()
    const closed = Promise.withResolvers<void>()
    const ref = system.spawn<string>("one", (context) => ({
      receive: () => {
        context.after(60_000, "never")
        system.close().then(closed.resolve, closed.reject)
      },
    }))
    ref.send("close")
    await closed.promise
    await system.close()
    expect(system.counts()).toMatchObject({ actors: 0, timers: 0 })
    expect(() => system.spawn("two", () => ({ receive: () => undefined }))).toThrow(
      'actor "two" cannot start: the system is closed',
    )
  })
})
