import { afterAll, beforeAll, describe } from "vitest"
import { describeTransport } from "./transport/wire-suite.ts"
import type { NatsServer } from "./servers/nats-server.ts"
import { startNatsServer } from "./servers/nats-server.ts"
import { natsWires } from "./servers/nats-wires.ts"
import { describeWith } from "./servers/needs-server.ts"

describeWith("nats-server", "the transport over NATS", () => {
  describe.each([65_536, 1_048_576])("with max_payload: %i", (maxPayload) => {
    let server: NatsServer | undefined
    beforeAll(async () => {
      server = await startNatsServer({ maxPayload })
    })
    afterAll(async () => server?.[Symbol.asyncDispose]())
    let clusters = 0
    describeTransport({
      wires: (bodyBytesMax) => {
        clusters += 1
        return natsWires(server?.url ?? "", `test-${clusters}`, bodyBytesMax)
      },
      runs: 20,
    })
  })
})
