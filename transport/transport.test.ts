import { describe, expect, test } from "vitest"
import { inProcessBus } from "./in-process.ts"
import { nodeTransport } from "./node-transport.ts"
import { describeTransport } from "../test/transport/wire-suite.ts"

describe("in one process", () => {
  describeTransport({
    wires: (bodyBytesMax) => {
      const bus = inProcessBus(bodyBytesMax)
      return { connect: async () => bus.connect() }
    },
    runs: 60,
  })

  test("bytes are handed over as they are", async () => {
    const bus = inProcessBus()
    const failures = { encode: () => new Uint8Array(0), decode: () => "nothing fails here" }
    const [a, b] = ["a", "b"].map((node) => nodeTransport(bus.connect(), { node, failures }))
    if (a === undefined || b === undefined) throw new Error("two nodes are made above")
    const sent = new Uint8Array(new SharedArrayBuffer(1000))
    b.serve("echo", async function* () {
      yield sent
    })
    expect(await a.open({ node: "b", path: "echo" }, new Uint8Array(1), { windowBytes: 1 }).next()).toBe(sent)
    await Promise.all([a.close(), b.close()])
  })
})
