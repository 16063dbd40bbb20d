import { expect, test } from "vitest"
import { admission } from "./admission.ts"

test("lets in so many, the others in the order of their arrival", async () => {
  const gate = admission(1, 2)
  const leave = await gate.enter(undefined)
  const order: string[] = []
  const first = gate.enter(undefined).then((out) => {
    order.push("first")
    return out
  })
  const second = gate.enter(undefined).then((out) => {
    order.push("second")
    return out
  })
  await expect(gate.enter(undefined)).rejects.toMatchObject({
    _tag: "QueryError",
    kind: "Admission",
    message: "1 queries run and 2 wait: try again when one of them has ended",
  })
  leave()
  // Leaving twice must not let in two.
  leave()
  const leaveFirst = await first
  expect(order).toEqual(["first"])
  leaveFirst()
  ;(await second)()
  expect(order).toEqual(["first", "second"])
})

test("whoever gives up gives the place in the line to the next", async () => {
  const gate = admission(1, 2)
  const leave = await gate.enter(undefined)
  const abort = new AbortController()
  const impatient = gate.enter(abort.signal)
  const patient = gate.enter(undefined)
  abort.abort(new Error("enough"))
  await expect(impatient).rejects.toThrow("enough")
  leave()
  ;(await patient)()
  ;(await gate.enter(undefined))()
})
