import type { ActorRef, Ask, SendResult } from "./actor.ts"
import { AskFailed } from "./errors.ts"
import type { Endpoint, Kernel } from "./kernel.ts"

/** Numbers the places where answers are awaited; unique in this thread for ever. */
let asked = 0

/** Where answers are awaited: `answer/17`. No actor may be called so. */
export const ANSWER_ROOT = "answer"

/**
 * Sends a question and awaits its one answer at an address made for it. The address is gone with the answer, the
 * deadline or the asker: what comes later is told `stopped`.
 */
export function ask<R>(kernel: Kernel, question: Ask<R>, signal: AbortSignal): Promise<R> {
  return new Promise<R>((resolve, reject) => {
    const fail = (reason: AskFailed["reason"], message: string) => reject(new AskFailed({ reason, message }))
    if (signal.aborted) {
      fail("closed", "the question was not sent: whoever asks has stopped")
      return
    }
    asked += 1
    const path = `${ANSWER_ROOT}/${asked}`
    const onAbort = () => {
      end()
      fail("closed", "the question was given up: whoever asked has stopped")
    }
    const timer = setTimeout(() => {
      end()
      fail("deadline", `no answer came within ${question.deadlineMs} ms`)
    }, question.deadlineMs)
    const end = () => {
      clearTimeout(timer)
      signal.removeEventListener("abort", onAbort)
      kernel.endpoints.delete(path)
      kernel.counts.asks -= 1
    }
    const answer = (reply: R) => {
      if (!kernel.endpoints.has(path)) return "stopped"
      end()
      resolve(reply)
      return "accepted"
    }
    const endpoint: Endpoint = {
      send: answer,
      receiveForeign: (reply) => {
        if (question.decode === undefined) return "refused"
        try {
          return answer(question.decode(reply))
        } catch {
          return "refused"
        }
      },
      whenRoom: (wake) => wake(),
    }
    signal.addEventListener("abort", onAbort)
    kernel.endpoints.set(path, endpoint)
    kernel.counts.asks += 1
    const replyTo: ActorRef<R> = { address: { node: kernel.node, path }, send: answer }
    let sent: SendResult
    try {
      sent = question.send(replyTo)
    } catch (error) {
      end()
      throw error
    }
    if (sent === "accepted") return
    end()
    fail(sent, sent === "full" ? "the question was not taken: the mailbox is full" : "nobody is there to be asked")
  })
}
