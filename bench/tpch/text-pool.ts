/**
 * The 300 MiB of text that every comment is cut from. Its sentences come one after the other from one random stream,
 * so the seed at a sentence's start is all that is needed to go on from there: `checkpoints` has such places, and
 * segments between them are made by different threads.
 */
import {
  ADJECTIVES,
  ADVERBS,
  AUXILIARIES,
  type Distribution,
  NOUN_PHRASES,
  NOUNS,
  PREPOSITIONS,
  SENTENCES,
  TERMINATORS,
  VERB_PHRASES,
  VERBS,
} from "./distributions.ts"
import { nextSeed, pickSmall } from "./random.ts"
import { CHECKPOINTS } from "./text-pool-checkpoints.ts"

export const POOL_BYTES = 300 * 1024 * 1024

/** Longest sentence the grammar can make, in bytes, with room for a word's whole slot. */
const SENTENCE_BYTES_MAX = 512
const SLOT_INTS = 5

/** Words in slots of one size, so that a word is written by five stores whatever its length; `byNumber` → slot. */
interface Words {
  readonly slots: Int32Array
  readonly lengths: Uint8Array
  readonly byNumber: Uint8Array
  readonly total: number
}

/** Each word as it stands in a sentence, with `after` behind it. */
function words(from: Distribution, after: string): Words {
  const slots = new Int32Array(from.words.length * SLOT_INTS)
  const bytes = new Uint8Array(slots.buffer)
  const lengths = new Uint8Array(from.words.length)
  const encoder = new TextEncoder()
  from.words.forEach((word, at) => {
    lengths[at] = encoder.encodeInto(word + after, bytes.subarray(at * SLOT_INTS * 4, (at + 1) * SLOT_INTS * 4)).written
  })
  return { slots, lengths, byNumber: numbers(from), total: from.total }
}

function numbers(from: Distribution): Uint8Array {
  const byNumber = new Uint8Array(from.total)
  from.upTo.forEach((end, at) => byNumber.fill(at, at === 0 ? 0 : from.upTo[at - 1], end))
  return byNumber
}

/** Words by the letter that stands for them in a form; a comma belongs to the word before it. */
const WORDS: Readonly<Record<string, Words>> = {
  N: words(NOUNS, " "),
  V: words(VERBS, " "),
  D: words(ADVERBS, " "),
  J: words(ADJECTIVES, " "),
  "J,": words(ADJECTIVES, ", "),
  X: words(AUXILIARIES, " "),
}
const prepositions = words(PREPOSITIONS, " the ")
const terminators = words(TERMINATORS, " ")

/** A phrase: perhaps a word that comes first, then words of one form, which a number chooses. */
interface Phrase {
  readonly lead: Words | undefined
  readonly forms: readonly (readonly Words[])[]
}

function forms(from: Distribution): (readonly Words[])[] {
  const each = from.words.map((form) => (form.match(/[A-Z],?/g) ?? []).map((letter) => WORDS[letter]!))
  return Array.from(numbers(from), (form) => each[form]!)
}

const PHRASES: Readonly<Record<string, Phrase>> = {
  N: { lead: undefined, forms: forms(NOUN_PHRASES) },
  V: { lead: undefined, forms: forms(VERB_PHRASES) },
  P: { lead: prepositions, forms: forms(NOUN_PHRASES) },
}
/** Every sentence ends in a terminator, which is not a phrase. */
const SENTENCE: readonly (readonly Phrase[])[] = Array.from(numbers(SENTENCES), (form) =>
  Array.from(SENTENCES.words[form]!.replace("T", ""), (letter) => PHRASES[letter]!),
)

/** Writes sentences into a buffer from a seed on. */
export class SentenceWriter {
  seed: number
  at = 0
  readonly #view: DataView

  constructor(buffer: ArrayBuffer, seed: number) {
    this.#view = new DataView(buffer)
    this.seed = seed
  }

  /** Writes whole sentences until `bytes` are reached; what is over is for the caller to cut. */
  writeUntil(bytes: number): void {
    while (this.at < bytes) this.#sentence()
  }

  #sentence(): void {
    const view = this.#view
    let { seed, at } = this
    seed = nextSeed(seed)
    const phrases = SENTENCE[pickSmall(seed, SENTENCES.total)]!
    for (let phrase = 0; phrase < phrases.length; phrase++) {
      const { lead, forms } = phrases[phrase]!
      if (lead !== undefined) {
        seed = nextSeed(seed)
        at = putWord(view, at, lead, seed)
      }
      seed = nextSeed(seed)
      const form = forms[pickSmall(seed, forms.length)]!
      for (let word = 0; word < form.length; word++) {
        seed = nextSeed(seed)
        at = putWord(view, at, form[word]!, seed)
      }
    }
    seed = nextSeed(seed)
    // the terminator stands on the last word's space
    this.at = putWord(view, at - 1, terminators, seed)
    this.seed = seed
  }
}

function putWord(view: DataView, at: number, from: Words, seed: number): number {
  const word = from.byNumber[pickSmall(seed, from.total)]!
  const { slots } = from
  const slot = word * SLOT_INTS
  view.setInt32(at, slots[slot]!, true)
  view.setInt32(at + 4, slots[slot + 1]!, true)
  view.setInt32(at + 8, slots[slot + 2]!, true)
  view.setInt32(at + 12, slots[slot + 3]!, true)
  view.setInt32(at + 16, slots[slot + 4]!, true)
  return at + from.lengths[word]!
}

/** Room that a buffer of `bytes` needs so that the last sentence can be written whole. */
export function roomFor(bytes: number): number {
  return bytes + SENTENCE_BYTES_MAX
}

export const SEGMENTS = CHECKPOINTS.length / 2

/** One buffer for all segments that a thread makes: they are 4 MiB each, and short-lived ones pile up. */
let scratch = new ArrayBuffer(0)

/** Makes the pool's segment `index` and copies it to its place. Segments may be made in any order, by any thread. */
export function fillSegment(pool: Uint8Array, index: number): void {
  const { start, seed, end, next } = segment(index)
  if (scratch.byteLength < roomFor(end - start)) scratch = new ArrayBuffer(roomFor(end - start))
  const writer = new SentenceWriter(scratch, seed)
  writer.writeUntil(end - start)
  // The last sentence of all is cut off; every other segment must lead to the next.
  if (next !== undefined && (start + writer.at !== end || writer.seed !== next))
    throw new Error(`text pool: segment ${index} ends at ${start + writer.at}, not at its checkpoint ${end}`)
  pool.set(new Uint8Array(scratch, 0, end - start), start)
}

interface Segment {
  readonly start: number
  readonly seed: number
  readonly end: number
  /** the seed at `end`; undefined for the last segment */
  readonly next: number | undefined
}

function segment(index: number): Segment {
  const at = index * 2
  return {
    start: CHECKPOINTS[at]!,
    seed: CHECKPOINTS[at + 1]!,
    end: CHECKPOINTS[at + 2] ?? POOL_BYTES,
    next: CHECKPOINTS[at + 3],
  }
}
