import { afterEach, expect, test } from "vitest"
import { codecOf } from "../transport/codec.ts"
import { encodeEnvelope } from "../transport/envelope.ts"
import { TransportFailure } from "../transport/errors.ts"
import type { LinkState, NatsLink } from "../transport/nats/connect.ts"
import { connectNats } from "../transport/nats/connect.ts"
import { natsSettings } from "../transport/nats/settings.ts"
import { natsWire } from "../transport/nats/wire.ts"
import { nodeTransport } from "../transport/node-transport.ts"
import type { StreamHandler, Transport } from "../transport/transport.ts"
import type { NatsServer, NatsServerOptions } from "./servers/nats-server.ts"
import { startNatsServer } from "./servers/nats-server.ts"
import { linkTo } from "./servers/nats-wires.ts"
import { describeWith } from "./servers/needs-server.ts"

const MIB = 1024 * 1024
const TIMEOUT = 20_000

const failures = codecOf(TransportFailure)
const encodeFailure = (error: unknown) =>
  failures.encode(
    error instanceof TransportFailure ? error : new TransportFailure({ message: String(error), reason: "lost" }),
  )

const ends: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end()
})

async function serverWith(options?: NatsServerOptions): Promise<NatsServer> {
  const server = await startNatsServer(options)
  ends.push(() => server[Symbol.asyncDispose]())
  return server
}

interface Node {
  readonly link: NatsLink
  readonly transport: Transport
  readonly refused: string[]
  readonly gone: string[]
}

async function nodeOn(link: NatsLink, node: string): Promise<Node> {
  const refused: string[] = []
  const gone: string[] = []
  const transport = nodeTransport(natsWire(link, { node }), {
    node,
    failures: { encode: encodeFailure, decode: failures.decode },
    onRefused: (reason) => refused.push(reason),
    onGone: (other) => gone.push(other),
  })
  ends.push(async () => {
    await transport.close()
    await link.close()
  })
  return { link, transport, refused, gone }
}

const nodeAt = async (url: string, node: string) => nodeOn(await linkTo(url, "skein"), node)

const text = (bytes: Uint8Array | undefined) => (bytes === undefined ? undefined : Buffer.from(bytes).toString())
const bytes = (content: string) => new Uint8Array(Buffer.from(content))
const rejection = (work: Promise<unknown>) =>
  work.then(
    () => undefined,
    (error: unknown) => error,
  )

/** Settles when the link's state is this one. */
function became(link: NatsLink, tag: LinkState["_tag"]): Promise<void> {
  return new Promise((resolve) => {
    const look = (state: LinkState) => {
      if (state._tag !== tag) return
      stop()
      resolve()
    }
    const stop = link.watch(look)
    look(link.state())
  })
}

async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await isSo())) await new Promise(setImmediate)
}

/** Yields once, then waits until it is told to end. */
const waits: StreamHandler = async function* (_, { signal }) {
  yield bytes("first")
  await new Promise((resolve) => signal.addEventListener("abort", resolve))
}

const echo: StreamHandler = async function* (request) {
  yield request
}

describeWith("nats-server", "a NATS server that stops, refuses or hangs", () => {
  test(
    "stopped and started again: streams fail on both sides in clear words, the next ones work",
    { timeout: TIMEOUT },
    async () => {
      const server = await serverWith()
      const [a, b] = [await nodeAt(server.url, "a"), await nodeAt(server.url, "b")]
      b.transport.serve("waits", waits)
      b.transport.serve("echo", echo)
      await b.transport.settled()
      const stream = a.transport.open({ node: "b", path: "waits" }, bytes("x"), { windowBytes: 100 })
      expect(text(await stream.next())).toBe("first")
      await server.stop()
      const broke = `the connection to NATS at 127.0.0.1:${server.port} broke`
      await expect(stream.next()).rejects.toThrow(`the stream from b:waits: ${broke}`)
      await became(b.link, "Broken")
      expect([a.transport.counts().opened, b.transport.counts().served]).toEqual([0, 0])
      const meanwhile = a.transport.open({ node: "b", path: "echo" }, bytes("x"), { windowBytes: 100 })
      expect(await rejection(meanwhile.next())).toMatchObject({
        _tag: "TransportFailure",
        reason: "lost",
        message: `the stream from b:echo: ${broke}`,
      })
      expect(() => a.transport.send({ node: "b", path: "echo" }, bytes("x"))).toThrow(
        `nothing can be sent to b:echo: ${broke}`,
      )
      await server.restart()
      await Promise.all([became(a.link, "Connected"), became(b.link, "Connected")])
      const answer = a.transport.request({ node: "b", path: "echo" }, bytes("again"), { deadlineMs: TIMEOUT })
      expect(text(await answer)).toBe("again")
    },
  )

  test("one node's connection breaks: the other, whose own is whole, hears that the stream is over", async () => {
    const server = await serverWith()
    const [a, b] = [await nodeAt(server.url, "a"), await nodeAt(server.url, "b")]
    const over = Promise.withResolvers<void>()
    b.transport.serve("waits", async function* (request, about) {
      yield* waits(request, about)
      over.resolve()
    })
    await b.transport.settled()
    const open = async () => {
      const stream = a.transport.open({ node: "b", path: "waits" }, bytes("x"), { windowBytes: 100 })
      expect(text(await stream.next())).toBe("first")
      return stream
    }
    const served = await open()
    await b.link.connection.reconnect()
    await expect(served.next()).rejects.toThrow(
      `node b lost the stream: the connection to NATS at 127.0.0.1:${server.port} broke`,
    )
    await over.promise
    await open()
    await a.link.connection.reconnect()
    await until(() => b.transport.counts().served === 0)
    expect(a.transport.counts().opened).toBe(0)
  })

  test("a server that comes back with another max_payload", { timeout: TIMEOUT }, async () => {
    const server = await serverWith({ maxPayload: MIB })
    const [a, b] = [await nodeAt(server.url, "a"), await nodeAt(server.url, "b")]
    b.transport.serve("echo", echo)
    await b.transport.settled()
    const large = crypto.getRandomValues(new Uint8Array(60_000))
    const sendLarge = async () => {
      const stream = a.transport.open({ node: "b", path: "echo" }, large, { windowBytes: 1 })
      expect(Buffer.compare((await stream.next()) ?? new Uint8Array(0), large)).toBe(0)
    }
    await sendLarge()
    const restartWith = async (maxPayload: number) => {
      await server.stop()
      await Promise.all([became(a.link, "Broken"), became(b.link, "Broken")])
      await server.restart({ maxPayload })
      await Promise.all([became(a.link, "Connected"), became(b.link, "Connected")])
    }
    await restartWith(1024)
    expect([a.link.maxPayloadBytes(), b.link.maxPayloadBytes()]).toEqual([1024, 1024])
    await sendLarge()
    await restartWith(1000)
    await expect(sendLarge()).rejects.toThrow(
      `the NATS server at 127.0.0.1:${server.port} has max_payload: 1000, and at least 1024 is needed`,
    )
    await restartWith(8 * MIB)
    await sendLarge()
  })

  test("a server that refuses the credentials for a while is waited for", { timeout: TIMEOUT }, async () => {
    const authorization = (token: string) => ({ extraConfig: `authorization { token: "${token}" }` })
    const server = await serverWith(authorization("one"))
    const url = `nats://one@127.0.0.1:${server.port}`
    const [a, b] = [await nodeAt(url, "a"), await nodeAt(url, "b")]
    b.transport.serve("echo", echo)
    await b.transport.settled()
    const request = () => a.transport.request({ node: "b", path: "echo" }, bytes("x"), { deadlineMs: TIMEOUT })
    const reasons: string[] = []
    a.link.watch((state) => state._tag === "Broken" && reasons.push(state.why))
    await server.restart(authorization("two"))
    await until(() => reasons.length === 2)
    const why = "the connection to NATS broke and cannot be made anew: Authorization Violation"
    expect(reasons).toEqual([`the connection to NATS at 127.0.0.1:${server.port} broke`, why])
    await expect(request()).rejects.toThrow(`the stream from b:echo: ${why}`)
    await server.restart(authorization("one"))
    await Promise.all([became(a.link, "Connected"), became(b.link, "Connected")])
    expect(text(await request())).toBe("x")
  })

  test("a reader that stalls is never cut, and nothing else waits for it", { timeout: TIMEOUT }, async () => {
    // A server that cuts a client with 4 MiB unread, and data for more than that.
    const server = await serverWith({ extraConfig: `max_pending: ${4 * MIB}` })
    const [a, b] = [await nodeAt(server.url, "a"), await nodeAt(server.url, "b")]
    const frames = 64
    b.transport.serve("much", async function* () {
      for (let count = 0; count < frames; count += 1) yield new Uint8Array(MIB).fill(count)
    })
    await b.transport.settled()
    const open = () => a.transport.open({ node: "b", path: "much" }, bytes(""), { windowBytes: MIB })
    const stalled = open()
    expect((await stalled.next())?.at(-1)).toBe(0)
    let count = 0
    for await (const frame of open()) {
      expect(frame.at(-1)).toBe(count)
      count += 1
    }
    expect(count).toBe(frames)
    expect(await server.slowConsumers()).toBe(0)
    for (let next = 1; next < frames; next += 1) expect((await stalled.next())?.at(-1)).toBe(next)
    expect(await stalled.next()).toBeUndefined()
    expect([a.link.state()._tag, b.link.state()._tag]).toEqual(["Connected", "Connected"])
  })

  test(
    "many streams that nobody reads have no more under way than a server keeps for one client",
    { timeout: TIMEOUT },
    async () => {
      const server = await serverWith()
      const [a, b] = [await nodeAt(server.url, "a"), await nodeAt(server.url, "b")]
      b.transport.serve("much", async function* () {
        for (let count = 0; count < 16; count += 1) yield new Uint8Array(MIB - 1024)
      })
      await b.transport.settled()
      const open = () => a.transport.open({ node: "b", path: "much" }, bytes(""), { windowBytes: 16 * MIB })
      const streams = Array.from({ length: 16 }, open)
      const received = () => a.transport.counts().bytesReceived
      await until(() => received() > 24 * MIB)
      for (let turn = 0; turn < 50; turn += 1) await b.link.connection.flush()
      expect(received()).toBeLessThan((32 + streams.length) * MIB)
      for (const stream of streams) {
        let frames = 0
        for await (const frame of stream) frames += Math.sign(frame.byteLength)
        expect(frames).toBe(16)
      }
      expect(await server.slowConsumers()).toBe(0)
    },
  )

  test(
    "a server that hangs: what waits in memory is bounded, and all arrives when it goes on",
    { timeout: TIMEOUT },
    async () => {
      const server = await serverWith()
      const [a, b] = [await nodeAt(server.url, "a"), await nodeAt(server.url, "b")]
      const begin = Promise.withResolvers<void>()
      let yielded = 0
      const frame = new Uint8Array(MIB - 1024)
      b.transport.serve("much", async function* () {
        yield bytes("ready")
        await begin.promise
        for (let count = 0; count < 32; count += 1, yielded += 1) yield frame
      })
      await b.transport.settled()
      // Their windows are 16, 8 and 4 MiB then: together more than may wait here.
      const streams = [1, 2, 3].map(() =>
        a.transport.open({ node: "b", path: "much" }, bytes(""), { windowBytes: 16 * MIB }),
      )
      for (const stream of streams) expect(text(await stream.next())).toBe("ready")
      server.pause()
      begin.resolve()
      // The limit is 16 MiB and one parcel a stream; then they wait for room, however often they get a turn.
      await until(() => yielded >= 16)
      for (let turn = 0; turn < 100; turn += 1) await new Promise(setImmediate)
      expect(yielded).toBeLessThanOrEqual(20)
      server.resume()
      let got = 0
      for (const stream of streams) for await (const each of stream) got += each.byteLength
      expect(got).toBe(3 * 32 * frame.byteLength)
    },
  )

  test("a node that closes while the server hangs does not hang with it", { timeout: TIMEOUT }, async () => {
    const server = await serverWith()
    const a = await nodeAt(server.url, "a")
    server.pause()
    a.transport.probe("b")
    await a.transport.close()
    await a.link.close()
    expect(a.link.state()._tag).toBe("Closed")
    server.resume()
  })

  test("a node that is gone is known by the first parcel that nobody takes", async () => {
    const server = await serverWith()
    const [a, b] = [await nodeAt(server.url, "a"), await nodeAt(server.url, "b")]
    b.transport.serve("echo", echo)
    await b.transport.settled()
    await expect(a.transport.request({ node: "b", path: "no" }, bytes("x"), { deadlineMs: TIMEOUT })).rejects.toThrow(
      "nobody listens at b:no",
    )
    a.transport.probe("b")
    await a.link.connection.flush()
    expect(a.gone).toEqual([])
    await b.transport.close()
    await expect(a.transport.request({ node: "b", path: "echo" }, bytes("x"), { deadlineMs: TIMEOUT })).rejects.toThrow(
      "nobody listens at b:echo",
    )
    await until(() => a.gone.length > 0)
    expect(a.gone).toEqual(["b"])
  })
})

describeWith("nats-server", "who may do what on a NATS server", () => {
  const users = `authorization { users: [
    { user: a, password: a, permissions: {
      publish: ["skein.v1.node.*.a.>", "skein.presence.a"], subscribe: ["skein.v1.node.a.>", "skein.v1.nobody.a.*", "skein.presence.*"] } }
    { user: b, password: b, permissions: {
      publish: ["skein.v1.node.*.b.>", "skein.presence.b"], subscribe: ["skein.v1.node.b.>", "skein.v1.nobody.b.*", "skein.presence.*"] } }
    { user: mute, password: m, permissions: { publish: ["skein.v1.node.b.mute.echo"], subscribe: ["skein.v1.node.mute.>", "skein.v1.nobody.mute.*"] } }
    { user: deaf, password: d, permissions: { publish: [">"], subscribe: ["skein.v1.nobody.deaf.*"] } }
  ] }`
  const as = (server: NatsServer, user: string, password: string) =>
    `nats://${user}:${password}@${server.url.slice("nats://".length)}`

  test("two nodes with the least permissions work together; none speaks for another", async () => {
    const server = await serverWith({ extraConfig: users })
    const [a, b] = [await nodeAt(as(server, "a", "a"), "a"), await nodeAt(as(server, "b", "b"), "b")]
    b.transport.serve("echo", echo)
    await b.transport.settled()
    const request = (node: Node) =>
      node.transport.request({ node: "b", path: "echo" }, bytes("x"), { deadlineMs: TIMEOUT })
    expect(text(await request(a))).toBe("x")
    // Under a's credentials, but with b's name: the server lets it neither hear nor say anything.
    const impostor = natsWire(a.link, { node: "b" })
    await expect(impostor.settled()).rejects.toThrow(
      `the NATS server does not let node b listen: Permissions Violation for Subscription to "skein.v1.nobody.b.*"`,
    )
    await impostor.close()
    // With its own name in the subject and another one in the envelope, b sees it.
    const envelope = encodeEnvelope({ _tag: "message", version: 1, from: "c" })
    const forging = natsWire(a.link, { node: "a" })
    forging.publish({ node: "b", path: "echo" }, { envelope, body: bytes("x") }, () => undefined)
    await until(() => b.refused.length > 0)
    expect(b.refused).toEqual(['an envelope that says "c" was sent by "a"'])
    await forging.close()
  })

  test("what the server forbids fails the stream in the server's words", async () => {
    const server = await serverWith({ extraConfig: users })
    const [mute, b] = [await nodeAt(as(server, "mute", "m"), "mute"), await nodeAt(as(server, "b", "b"), "b")]
    b.transport.serve("echo", echo)
    b.transport.serve("other", echo)
    await b.transport.settled()
    const request = (path: string) => mute.transport.request({ node: "b", path }, bytes("x"), { deadlineMs: TIMEOUT })
    expect(await rejection(request("other"))).toMatchObject({
      reason: "refused",
      message: `b:other cannot be reached: Permissions Violation for Publish to "skein.v1.node.b.mute.other"`,
    })
    const deaf = await nodeAt(as(server, "deaf", "d"), "deaf")
    await expect(deaf.transport.settled()).rejects.toThrow(
      `the NATS server does not let node deaf listen: Permissions Violation for Subscription to "skein.v1.node.deaf.*.streams"`,
    )
    expect(deaf.refused).toEqual([
      `nothing can come to "streams": Permissions Violation for Subscription to "skein.v1.node.deaf.*.streams"`,
    ])
  })

  test("two clusters of one server do not hear each other", async () => {
    const server = await serverWith()
    const a = await nodeAt(server.url, "a")
    const other = await nodeOn(await linkTo(server.url, "other"), "b")
    other.transport.serve("echo", echo)
    await other.transport.settled()
    await expect(a.transport.request({ node: "b", path: "echo" }, bytes("x"), { deadlineMs: TIMEOUT })).rejects.toThrow(
      "nobody listens at b:echo",
    )
  })
})

describeWith("nats-server", "connecting to NATS", () => {
  const connect = (url: string, env: Record<string, string> = {}) =>
    connectNats(natsSettings(env, { url }), { name: "test" })

  test("nobody there", async () => {
    const server = await serverWith()
    await server.stop()
    expect(await rejection(connect(server.url))).toMatchObject({
      _tag: "NatsConnectError",
      message: `cannot connect to NATS at 127.0.0.1:${server.port}: CONNECTION_REFUSED. Is nats-server running there, and are the credentials right?`,
    })
  })

  test("the second of two servers", async () => {
    const [stopped, running] = [await serverWith(), await serverWith()]
    await stopped.stop()
    const link = await connect(`${stopped.url},${running.url}`)
    expect(link.state()).toEqual({ _tag: "Connected", server: `127.0.0.1:${running.port}` })
    await link.close()
    expect(link.state()).toEqual({ _tag: "Closed", why: "it was closed" })
  })

  test("credentials, right and wrong; a wrong one is not shown", async () => {
    const server = await serverWith({ extraConfig: `authorization { token: "s3cret" }` })
    const link = await connect(server.url, { NATS_TOKEN: "s3cret" })
    await link.close()
    const wrong = await rejection(connect(server.url, { NATS_TOKEN: "wr0ng" }))
    expect(wrong).toMatchObject({
      message: `cannot connect to NATS at 127.0.0.1:${server.port}: Authorization Violation. Is nats-server running there, and are the credentials right?`,
    })
    expect(JSON.stringify(wrong)).not.toContain("wr0ng")
    await expect(connect(server.url, { NATS_CREDS: "/nowhere/me.creds" })).rejects.toThrow(
      "NATS_CREDS names a file that cannot be read: Error: ENOENT",
    )
  })
})
