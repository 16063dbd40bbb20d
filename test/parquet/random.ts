/** Numbers from a seed, the same on every machine. */
export class Random {
  #state: number

  constructor(seed: number) {
    this.#state = seed >>> 0
  }

  /** From 0 to `end`, exclusive. */
  below(end: number): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) % end
  }

  chance(oneIn: number): boolean {
    return this.below(oneIn) === 0
  }

  pick<A>(choices: readonly [A, ...A[]]): A {
    return choices[this.below(choices.length)] ?? choices[0]
  }
}
