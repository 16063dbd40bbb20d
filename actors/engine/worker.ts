/** Where an engine's thread begins. What it is made of is loaded when it is known where Node keeps compiled code. */
import * as nodeModule from "node:module"
import { workerData } from "node:worker_threads"
import { ownPort } from "./port.ts"

const port = ownPort()
if (port !== undefined) {
  if (typeof workerData?.codeCache === "string") nodeModule.enableCompileCache(workerData.codeCache)
  const { serve } = await import("./actor.ts")
  serve(port)
}
