/**
 * The official generator's random numbers: one Park-Miller stream a column, seed' = seed × 16807 mod 2^31 − 1.
 * A stream can be moved ahead by any count in a few multiplications, so any range of rows can be made on its own.
 */

export const MODULUS = 2147483647
const MULTIPLIER = 16807

/** The start of every stream, by column; numbers and names are those of the official seed table. */
export const STREAM = {
  partManufacturer: 1,
  partBrand: 46831694,
  partType: 1841581359,
  partSize: 1193163244,
  partContainer: 727633698,
  text: 933588178,
  partComment: 804159733,
  partsuppQuantity: 1671059989,
  partsuppCost: 1051288424,
  partsuppComment: 1961692154,
  orderClerk: 1171034773,
  orderComment: 276090261,
  orderDate: 1066728069,
  lineQuantity: 209208115,
  lineDiscount: 554590007,
  lineTax: 721958466,
  lineInstruction: 1371272478,
  lineMode: 675466456,
  linePart: 1808217256,
  lineSupplier: 2095021727,
  lineShipDate: 1769349045,
  lineCommitDate: 904914315,
  lineReceiptDate: 373135028,
  lineReturnFlag: 717419739,
  lineComment: 1095462486,
  customerAddress: 881155353,
  customerNation: 1489529863,
  customerPhone: 1521138112,
  customerBalance: 298370230,
  customerSegment: 1140279430,
  customerComment: 1335826707,
  supplierAddress: 706178559,
  supplierNation: 110356601,
  supplierPhone: 884434366,
  supplierBalance: 962338209,
  supplierComment: 1341315363,
  partName: 709314158,
  orderPriority: 591449447,
  orderCustomer: 851767375,
  nationComment: 606179079,
  regionComment: 1500869201,
  orderLines: 1434868289,
  pressNoise: 263032577,
  pressKind: 753643799,
  pressChance: 202794285,
  pressOffset: 715851524,
} as const

/**
 * The next seed. The product is built in two halves so that everything stays a 32-bit integer; a number is reduced
 * modulo 2^31 − 1 by adding what is above bit 31 to what is below.
 */
export function nextSeed(seed: number): number {
  const low = Math.imul(MULTIPLIER, seed & 0xffff)
  const high = Math.imul(MULTIPLIER, seed >>> 16)
  const sum = (low + ((high & 0x7fff) << 16)) | 0
  const folded = ((sum & 0x7fffffff) + (sum >>> 31) + (high >>> 15)) | 0
  return (folded & 0x7fffffff) + (folded >>> 31)
}

/** x mod 2^31 − 1 for x below 2^53. */
function reduce(x: number): number {
  const above = Math.floor(x / 2147483648)
  const folded = x - above * 2147483648 + above
  return folded >= MODULUS ? folded - MODULUS : folded
}

/** a × b mod 2^31 − 1, without leaving the integers that a double holds exactly. */
export function multiply(a: number, b: number): number {
  const upper = reduce(a * (b >>> 16))
  return reduce(upper * 65536 + a * (b & 0xffff)) | 0
}

/** The factor that moves a seed `count` numbers ahead: 16807^count. */
export function leap(count: number): number {
  let factor = 1
  let square = MULTIPLIER
  for (let left = count; left > 0; left = Math.floor(left / 2)) {
    if (left % 2 === 1) factor = multiply(factor, square)
    square = multiply(square, square)
  }
  return factor
}

/** `seed` as it is `count` numbers later. */
export function advance(seed: number, count: number): number {
  return multiply(seed, leap(count))
}

/** What a seed means as one of `range` numbers from 0. The order of the operations decides the last bit: keep it. */
export function pick(seed: number, range: number): number {
  return Math.floor((seed / MODULUS) * range)
}

/** As `pick`, for ranges below 2^31, where a truncation to 32 bits is the same and cheaper. */
export function pickSmall(seed: number, range: number): number {
  return ((seed / MODULUS) * range) | 0
}
