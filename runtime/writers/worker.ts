/** Where a thread that writes files begins. What it is made of is loaded when it is known where Node keeps compiled code. */
import * as nodeModule from "node:module"
import { parentPort, workerData } from "node:worker_threads"

if (parentPort !== null) {
  if (typeof workerData?.codeCache === "string") nodeModule.enableCompileCache(workerData.codeCache)
  const { serve } = await import("./writing.ts")
  serve(parentPort)
}
