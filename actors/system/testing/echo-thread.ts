import { parentPort } from "node:worker_threads"
import { linkThrough } from "../port-link.ts"
import { createActorSystem } from "../system.ts"
import { decodeQuestion } from "./echo-messages.ts"
import { workerPort } from "../worker-port.ts"

/** The other thread of port-link.test.ts: an actor that answers what it is asked. */
if (parentPort === null) throw new Error("this file is started as a worker thread by port-link.test.ts")
const system = createActorSystem({ node: "thread" })
system.spawn(
  "echo",
  (context) => ({
    receive: ({ bytes, replyTo }) => {
      context.ref<unknown>(replyTo).send({ length: bytes.byteLength, first: bytes[0] ?? 0 })
    },
  }),
  { decode: decodeQuestion },
)
linkThrough(system, "main", workerPort(parentPort))
parentPort.postMessage("ready")
