import { expect, test } from "vitest"
import { Unconfirmed } from "./unconfirmed.ts"

const MIB = 1024 * 1024

/** Pings that are answered one by one. */
function pings() {
  const waiting: PromiseWithResolvers<void>[] = []
  return {
    ping: () => {
      const pong = Promise.withResolvers<void>()
      waiting.push(pong)
      return pong.promise
    },
    waiting,
    answer: async () => {
      waiting.shift()?.resolve()
      await new Promise(setImmediate)
    },
  }
}

test("what the server has taken is forgotten; only what it has not can have had nobody", async () => {
  const { ping, waiting, answer } = pings()
  const unconfirmed = new Unconfirmed(ping)
  const nobody: string[] = []
  const first = unconfirmed.add(1, () => nobody.push("first"))
  await new Promise(setImmediate)
  const second = unconfirmed.add(1, () => nobody.push("second"))
  expect(waiting.length).toBe(1)
  await answer()
  unconfirmed.nobody(first)
  unconfirmed.nobody(second)
  unconfirmed.nobody(second)
  expect(nobody).toEqual(["second"])
  await answer()
  await unconfirmed.close()
  expect(waiting.length).toBe(0)
})

test("there is room up to the limit, and again when the server has taken enough", async () => {
  const { ping, answer } = pings()
  const unconfirmed = new Unconfirmed(ping)
  unconfirmed.add(16 * MIB, () => undefined)
  expect(unconfirmed.room()).toBeUndefined()
  await new Promise(setImmediate)
  unconfirmed.add(1, () => undefined)
  const order: string[] = []
  const room = unconfirmed.room()?.then(() => order.push("room"))
  await new Promise(setImmediate)
  expect(order).toEqual([])
  await answer()
  await room
  expect(unconfirmed.room()).toBeUndefined()
  const closed = unconfirmed.close().then(() => order.push("closed"))
  await answer()
  await closed
  expect(order).toEqual(["room", "closed"])
})

test("a connection that breaks leaves nobody waiting", async () => {
  const { ping, waiting } = pings()
  const unconfirmed = new Unconfirmed(ping)
  const nobody: number[] = []
  const number = unconfirmed.add(17 * MIB, () => nobody.push(1))
  const room = unconfirmed.room()
  const closed = unconfirmed.close()
  await new Promise(setImmediate)
  waiting.shift()?.reject(new Error("DISCONNECT"))
  await Promise.all([room, closed])
  unconfirmed.nobody(number)
  expect(nobody).toEqual([])
  expect(unconfirmed.room()).toBeUndefined()
})
