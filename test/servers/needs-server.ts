import { appendFileSync } from "node:fs"
import * as vitest from "vitest"
import type { Server } from "./executable.ts"
import { executableOf } from "./executable.ts"

declare module "vitest" {
  interface ProvidedContext {
    /** A file with one line for each suite that did not run; see `not-run.ts`. */
    readonly suitesNotRun: string
  }
}

/**
 * A suite that needs a server. Where there is none it does not run and is listed by name at the end of the run; with
 * SKEIN_REQUIRE_SERVERS=1 it fails.
 */
export function describeWith(server: Server, name: string, suite: () => void): void {
  if (executableOf(server) !== undefined) vitest.describe(name, suite)
  else if (process.env["SKEIN_REQUIRE_SERVERS"] === "1") vitest.describe(name, () => failFor(server))
  else {
    appendFileSync(vitest.inject("suitesNotRun"), `${name} (needs ${server})\n`)
    // oxlint-disable-next-line vitest/no-disabled-tests -- it is listed at the end of the run
    vitest.describe.skip(name, suite)
  }
}

function failFor(server: Server): void {
  vitest.test(`${server} is installed`, () => {
    throw new Error(`${server} is not on PATH, and SKEIN_REQUIRE_SERVERS=1 forbids going without it`)
  })
}
