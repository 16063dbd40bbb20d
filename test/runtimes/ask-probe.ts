/** Runs in Deno with every right: starts an engine's thread with the probe's code in it, and prints what the probe says. */
import { startHost } from "../../actors/engine/host.ts"
import { useCarried } from "../../actors/installation.ts"

const probe = new URL("./permissions-probe.ts", import.meta.url)
useCarried({ version: "0", files: {}, threads: { "actors/engine/worker": probe } })
const { promise, resolve, reject } = Promise.withResolvers<unknown>()
const host = startHost("probe", { onMessage: resolve, onEnd: (reason) => reject(new Error(reason)) })
process.stdout.write(`${JSON.stringify(await promise)}\n`)
await host.terminate()
