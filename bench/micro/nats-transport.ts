/**
 * How much of the raw client's throughput is left when streams with windows, numbers and checks go over NATS:
 *
 *   NATS_URL=nats://127.0.0.1:4222 node bench/micro/nats-transport.ts [MiB] [KiB a frame]
 *
 * A frame must fit into one message, for the raw client cuts nothing.
 * Both ends in one process, each with a connection of its own, the same window for both; the best of the rounds, in turns.
 */
import type { NatsLink } from "../../transport/nats/connect.ts"
import { connectNats } from "../../transport/nats/connect.ts"
import { natsSettings } from "../../transport/nats/settings.ts"
import { natsWire } from "../../transport/nats/wire.ts"
import { nodeTransport } from "../../transport/node-transport.ts"
import type { Transport } from "../../transport/transport.ts"

const ROUNDS = 5
const REQUESTS = 2_000
const WINDOW_BYTES = 8 * 1024 * 1024
const [mebibytes, kibibytesAFrame] = [Number(process.argv[2] ?? "512"), Number(process.argv[3] ?? "1000")]
const frames = Math.ceil((mebibytes * 1024) / kibibytesAFrame)
const body = new Uint8Array(kibibytesAFrame * 1024).map((_, index) => index)

const settings = natsSettings(process.env, { cluster: `bench-${process.pid}` })
const links = [await connectNats(settings, { name: "bench a" }), await connectNats(settings, { name: "bench b" })]
const [a, b] = links
if (a === undefined || b === undefined) throw new Error("two links are made above")

const failures = {
  encode: (error: unknown) => Buffer.from(String(error)),
  decode: (bytes: Uint8Array) => String(bytes),
}
const nodeOn = (link: NatsLink, node: string) => nodeTransport(natsWire(link, { node }), { node, failures })
const [near, far] = [nodeOn(a, "a"), nodeOn(b, "b")]
far.serve("frames", async function* () {
  for (let count = 0; count < frames; count += 1) yield body
})
far.serve("echo", async function* (request) {
  yield request
})
b.connection.subscribe("raw.echo", { callback: (_, message) => void message.respond(message.data) })
await Promise.all([near.settled(), far.settled()])

/** Plain messages of the same size, pulled with the same window. */
async function rawMs(from: NatsLink, to: NatsLink): Promise<number> {
  const started = performance.now()
  const done = Promise.withResolvers<void>()
  let received = 0
  let credit = Math.max(1, Math.floor(WINDOW_BYTES / body.byteLength))
  let sent = 0
  const send = () => {
    for (; credit > 0 && sent < frames; credit -= 1, sent += 1) from.connection.publish("raw.data", body)
  }
  const credits = from.connection.subscribe("raw.credit", {
    callback: () => {
      credit += 1
      send()
    },
  })
  const data = to.connection.subscribe("raw.data", {
    callback: (_, message) => {
      received += message.data.byteLength
      to.connection.publish("raw.credit")
      if (received === frames * body.byteLength) done.resolve()
    },
  })
  await Promise.all([from.connection.flush(), to.connection.flush()])
  send()
  await done.promise
  credits.unsubscribe()
  data.unsubscribe()
  return performance.now() - started
}

async function streamMs(transport: Transport): Promise<number> {
  const started = performance.now()
  const stream = transport.open({ node: "b", path: "frames" }, new Uint8Array(0), { windowBytes: WINDOW_BYTES })
  let received = 0
  for await (const each of stream) received += each.byteLength
  if (received !== frames * body.byteLength) throw new Error(`${received} bytes came`)
  return performance.now() - started
}

async function each(times: number, work: () => Promise<unknown>): Promise<number> {
  const started = performance.now()
  for (let count = 0; count < times; count += 1) await work()
  return (performance.now() - started) / times
}

const best = { raw: Infinity, stream: Infinity }
for (let round = 0; round < ROUNDS; round += 1) {
  best.raw = Math.min(best.raw, await rawMs(b, a))
  best.stream = Math.min(best.stream, await streamMs(near))
}
const small = new Uint8Array(100)
const rawRequestMs = await each(REQUESTS, () => a.connection.request("raw.echo", small))
const requestMs = await each(REQUESTS, () => near.request({ node: "b", path: "echo" }, small, { deadlineMs: 10_000 }))

const gigabytes = (ms: number) => ((frames * body.byteLength) / 1e6 / ms).toFixed(3)
const lines = [
  `${frames} frames of ${body.byteLength} bytes, max_payload ${a.maxPayloadBytes()}, window ${WINDOW_BYTES}`,
  `raw nats.js  ${gigabytes(best.raw)} GB/s`,
  `streams      ${gigabytes(best.stream)} GB/s, ${(best.raw / best.stream).toFixed(2)} of raw`,
  `one request: raw ${rawRequestMs.toFixed(3)} ms, stream ${requestMs.toFixed(3)} ms`,
]
process.stdout.write(`${lines.join("\n")}\n`)
await Promise.all([near.close(), far.close()])
await Promise.all(links.map((link) => link.close()))
