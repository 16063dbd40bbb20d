/** Bytes of bodies that the server may not yet have taken; a stream's next parcel waits while there are more. */
const UNCONFIRMED_BYTES_MAX = 16 * 1024 * 1024

interface Published {
  readonly bytes: number
  readonly onNobody: () => void
}

/**
 * What was published and may still be answered with "nobody listens". A server handles what one client sends in order: when it
 * answers a ping, it has taken all that was sent before and has said for which of it there was nobody. That bounds what is
 * remembered here, and what waits in this process's memory for a server that reads slowly.
 */
export class Unconfirmed {
  private readonly ping: () => Promise<void>
  private readonly published = new Map<number, Published>()
  private bytes = 0
  private last = 0
  private pinging = false
  private waiting: (() => void)[] = []
  private idle: (() => void)[] = []

  constructor(ping: () => Promise<void>) {
    this.ping = ping
  }

  /** Gives the parcel's number. */
  add(bytes: number, onNobody: () => void): number {
    this.last += 1
    this.published.set(this.last, { bytes, onNobody })
    this.bytes += bytes
    if (!this.pinging) {
      this.pinging = true
      // After whatever else is published in this turn: one ping for all of it.
      setImmediate(() => void this.confirm())
    }
    return this.last
  }

  nobody(number: number): void {
    const published = this.published.get(number)
    if (published === undefined) return
    this.remove(number, published)
    published.onNobody()
  }

  room(): Promise<void> | undefined {
    if (this.bytes <= UNCONFIRMED_BYTES_MAX) return undefined
    return new Promise((resolve) => {
      this.waiting.push(resolve)
    })
  }

  /** The connection broke: what was under way is answered no more. */
  forget(): void {
    this.published.clear()
    this.bytes = 0
    this.awaken()
  }

  /** Settles when everything is confirmed or forgotten. */
  async close(): Promise<void> {
    if (this.published.size === 0) return
    await new Promise<void>((resolve) => {
      this.idle.push(resolve)
    })
  }

  private async confirm(): Promise<void> {
    while (this.published.size > 0) {
      const upTo = this.last
      try {
        await this.ping()
      } catch {
        // Disconnected or closed.
        this.forget()
        break
      }
      for (const [number, published] of this.published) {
        if (number > upTo) break
        this.remove(number, published)
      }
      this.awaken()
    }
    this.pinging = false
    this.awaken()
  }

  private remove(number: number, { bytes }: Published): void {
    this.published.delete(number)
    this.bytes -= bytes
  }

  private awaken(): void {
    if (this.bytes <= UNCONFIRMED_BYTES_MAX) for (const resolve of this.waiting.splice(0)) resolve()
    if (this.published.size === 0) for (const resolve of this.idle.splice(0)) resolve()
  }
}
