import { afterEach, expect, test, vi } from "vitest"
import { TransportFailure } from "../../transport/errors.ts"
import { suspicions } from "./suspicion.ts"

afterEach(() => {
  vi.useRealTimers()
})

type Answer = TransportFailure["reason"] | "answers"

/** Node b, which gives these answers one after the other when it is asked whether it is there; the last one for ever. */
function open(...answers: readonly Answer[]) {
  vi.useFakeTimers()
  const gone: string[] = []
  let asked = 0
  const doubts = suspicions({
    presence: { gone: (node) => gone.push(node) },
    transport: {
      node: "a",
      request: async () => {
        const answer = answers[Math.min(asked, answers.length - 1)] ?? "answers"
        asked += 1
        if (answer === "answers") return new Uint8Array(0)
        throw new TransportFailure({ message: answer, reason: answer })
      },
    },
  })
  return { ...doubts, found: () => gone, asked: () => asked }
}

test.each<[Answer, readonly string[]]>([
  ["answers", []],
  ["nobody", ["b"]],
  // It may only be slow, or this node cut off: heartbeats will tell.
  ["deadline", []],
  ["lost", []],
])("a node that is asked and %s", async (answer, found) => {
  const { suspect, found: gone } = open(answer)
  await suspect("b")
  expect(gone()).toEqual(found)
})

test("those who suspect at the same time ask once; nobody suspects itself", async () => {
  const { suspect, asked } = open("answers")
  await Promise.all([suspect("b"), suspect("b"), suspect("a")])
  expect(asked()).toBe(1)
})

test("while this node is cut off it waits for the way back, but not for ever", async () => {
  const { suspect, cutOff, back, asked, found } = open("answers")
  cutOff()
  const settled = suspect("b")
  await vi.advanceTimersByTimeAsync(4000)
  expect(asked()).toBe(0)
  back()
  await settled
  expect(asked()).toBe(1)
  cutOff()
  const given = suspect("b")
  await vi.advanceTimersByTimeAsync(5000)
  await given
  expect(asked()).toBe(2)
  expect(found()).toEqual([])
})

test("just after the way back a node may not be back itself", async () => {
  const { suspect, gone, cutOff, back, found, asked } = open("nobody", "nobody", "answers", "nobody")
  cutOff()
  back()
  gone("b")
  const first = suspect("b")
  await vi.advanceTimersByTimeAsync(400)
  await first
  expect({ asked: asked(), found: found() }).toEqual({ asked: 3, found: [] })
  const second = suspect("b")
  await vi.advanceTimersByTimeAsync(4000)
  await second
  expect(found()).toEqual(["b"])
  gone("c")
  expect(found()).toEqual(["b", "c"])
})
