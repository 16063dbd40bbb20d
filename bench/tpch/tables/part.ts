import { type ColumnSchema, type Material, type Rows } from "../columns.ts"
import { BRANDS, COLORS, CONTAINERS, MANUFACTURERS, PART_TYPES } from "../distributions.ts"
import { fillText, fillWhole, fillWord, retailPrice, skip } from "../fill.ts"
import { advance, nextSeed, pickSmall, STREAM } from "../random.ts"

const NAME_WIDTH = 55

export const PART: readonly ColumnSchema[] = [
  { name: "p_partkey", type: "BIGINT", width: 11 },
  { name: "p_name", type: "VARCHAR", width: NAME_WIDTH },
  { name: "p_mfgr", type: "VARCHAR", width: 14 },
  { name: "p_brand", type: "VARCHAR", width: 8 },
  { name: "p_type", type: "VARCHAR", width: 25 },
  { name: "p_size", type: "INTEGER", width: 2 },
  { name: "p_container", type: "VARCHAR", width: 10 },
  { name: "p_retailprice", type: "DECIMAL(15,2)", width: 8 },
  { name: "p_comment", type: "VARCHAR", width: 22, commas: true },
]

const COMMENT_AVERAGE = 14
const SIZE_MAX = 50
const NAME_COLORS = 5

export function partRows(_: Material, rows: number): Rows {
  const keys = new Float64Array(rows)
  const name = { data: new Uint8Array(rows * NAME_WIDTH), starts: new Int32Array(rows + 1) }
  const makers = new Uint8Array(rows)
  const brands = new Uint8Array(rows)
  const types = new Uint8Array(rows)
  const sizes = new Int32Array(rows)
  const containers = new Uint8Array(rows)
  const prices = new Int32Array(rows)
  const comment = { offsets: new Int32Array(rows), lengths: new Uint8Array(rows) }
  return {
    columns: [
      { kind: "key", values: keys },
      { kind: "bytes", ...name },
      { kind: "word", values: makers, words: MANUFACTURERS },
      { kind: "word", values: brands, words: BRANDS },
      { kind: "word", values: types, words: PART_TYPES },
      { kind: "whole", values: sizes },
      { kind: "word", values: containers, words: CONTAINERS },
      { kind: "money", values: prices },
      { kind: "text", ...comment },
    ],
    make(first, count) {
      for (let row = 0; row < count; row++) {
        keys[row] = first + row + 1
        prices[row] = retailPrice(first + row + 1)
      }
      fillNames(name, count, advance(STREAM.partName, first * COLORS.length))
      fillWord(makers, count, advance(STREAM.partManufacturer, first), MANUFACTURERS.length)
      fillWord(brands, count, advance(STREAM.partBrand, first), BRANDS.length / MANUFACTURERS.length)
      // a brand is one of its manufacturer's five
      for (let row = 0; row < count; row++) brands[row] = makers[row]! * MANUFACTURERS.length + brands[row]!
      fillWord(types, count, advance(STREAM.partType, first), PART_TYPES.length)
      fillWhole(sizes, count, advance(STREAM.partSize, first), 1, SIZE_MAX)
      fillWord(containers, count, advance(STREAM.partContainer, first), CONTAINERS.length)
      fillText(comment, 0, count, advance(STREAM.partComment, first * 2), COMMENT_AVERAGE)
    },
  }
}

const colors = COLORS.map((color) => new TextEncoder().encode(`${color} `))
const inOrder = Uint8Array.from(COLORS, (_, color) => color)

/** Five different colors: the first five of a shuffle of all of them, for which the stream has a number each. */
function fillNames(
  into: { readonly data: Uint8Array; readonly starts: Int32Array },
  count: number,
  start: number,
): void {
  const shuffled = new Uint8Array(COLORS.length)
  let seed = start
  let at = 0
  for (let row = 0; row < count; row++) {
    into.starts[row] = at
    shuffled.set(inOrder)
    for (let place = 0; place < NAME_COLORS; place++) {
      seed = nextSeed(seed)
      const chosen = place + pickSmall(seed, COLORS.length - place)
      const color = shuffled[chosen]!
      shuffled[chosen] = shuffled[place]!
      shuffled[place] = color
      const word = colors[color]!
      for (let letter = 0; letter < word.length; letter++) into.data[at++] = word[letter]!
    }
    // the last color's space
    at--
    seed = skip(seed, COLORS.length - NAME_COLORS)
  }
  into.starts[count] = at
}
