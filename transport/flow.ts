/**
 * The sender's side of a byte window: what has been sent and not yet been credited. A chunk that is larger than the
 * whole window goes when nothing else is under way, so a window of any size lets everything through.
 */
export interface CreditWindow {
  /** Waits until `bytes` may be sent, and counts them as sent. Throws what `fail` was given. One caller at a time. */
  readonly claim: (bytes: number) => Promise<void>
  readonly credit: (bytes: number) => void
  readonly fail: (error: unknown) => void
  readonly outstanding: () => number
}

export function creditWindow(windowBytes: number): CreditWindow {
  let outstanding = 0
  let failed = false
  let failure: unknown
  let wake: (() => void) | undefined
  const awaken = () => {
    const waiting = wake
    wake = undefined
    waiting?.()
  }
  return {
    claim: async (bytes) => {
      while (!failed && outstanding > 0 && outstanding + bytes > windowBytes) {
        await new Promise<void>((resolve) => {
          wake = resolve
        })
      }
      if (failed) throw failure
      outstanding += bytes
    },
    credit: (bytes) => {
      // A peer that credits more than it was sent must not make the window larger than it is.
      outstanding = Math.max(0, outstanding - bytes)
      awaken()
    },
    fail: (error) => {
      if (failed) return
      failed = true
      failure = error
      awaken()
    },
    outstanding: () => outstanding,
  }
}

/** Cuts a body into pieces of at most `bytesMax`, as views. An empty body is one empty piece. */
export function cut(body: Uint8Array, bytesMax: number): readonly Uint8Array[] {
  if (body.byteLength <= bytesMax) return [body]
  const pieces: Uint8Array[] = []
  for (let at = 0; at < body.byteLength; at += bytesMax) pieces.push(body.subarray(at, at + bytesMax))
  return pieces
}

/** The pieces as one body; a single piece as it is. */
export function join(pieces: readonly Uint8Array[]): Uint8Array {
  const [only] = pieces
  if (only !== undefined && pieces.length === 1) return only
  const body = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.byteLength, 0))
  let at = 0
  for (const piece of pieces) {
    body.set(piece, at)
    at += piece.byteLength
  }
  return body
}
