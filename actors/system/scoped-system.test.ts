import * as Effect from "effect/Effect"
import { expect, test } from "vitest"
import { actorSystem } from "./scoped-system.ts"

test("a system ends with its scope", async () => {
  const calls: string[] = []
  const system = await Effect.runPromise(
    Effect.scoped(
      Effect.gen(function* () {
        const system = yield* actorSystem({ node: "test" })
        system.spawn("one", () => ({ receive: () => undefined, stopped: () => void calls.push("stopped") }))
        expect(system.counts().actors).toBe(1)
        return system
      }),
    ),
  )
  expect(calls).toEqual(["stopped"])
  expect(system.counts().actors).toBe(0)
})
