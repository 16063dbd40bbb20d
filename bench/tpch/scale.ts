import { TpchOptionError } from "./errors.ts"

/** How many rows the tables have, and what the values of some columns depend on. */
export interface Scale {
  readonly parts: number
  readonly suppliers: number
  readonly customers: number
  readonly orders: number
  readonly clerks: number
}

const PARTS = 200_000
const SUPPLIERS = 10_000
const CUSTOMERS = 150_000
const ORDERS = 1_500_000
const CLERKS = 1000

export const SCALE_MIN = 0.001
/**
 * From 30,000 on the official generator draws some keys from a second, 64-bit random number generator and moves it
 * ahead with the arithmetic of the first, so that its data depend on how the work was cut: there is nothing to equal.
 */
export const SCALE_BELOW = 30_000
/** How far a decimal fraction may be from a whole number of thousandths, as doubles have it. */
const THOUSANDTH_SLACK = 1e-6

/** Below 1 the official generator knows thousandths, from 1 on whole numbers; it cuts off what is over, we refuse it. */
export function scaleOf(scale: number): Scale {
  if (!(scale >= SCALE_MIN && scale < SCALE_BELOW))
    throw new TpchOptionError({
      message: `scale factor ${scale} is out of range: it must be at least ${SCALE_MIN} and below ${SCALE_BELOW}`,
    })
  if (scale >= 1) {
    if (!Number.isInteger(scale))
      throw new TpchOptionError({
        message: `scale factor ${scale} is not possible: above 1 the official generator knows whole numbers only; use ${Math.floor(scale)} or ${Math.ceil(scale)}`,
      })
    return counts(scale * 1000, CLERKS * scale)
  }
  if (Math.abs(scale * 1000 - Math.round(scale * 1000)) > THOUSANDTH_SLACK)
    throw new TpchOptionError({
      message: `scale factor ${scale} is not possible: below 1 the official generator knows thousandths only; use ${Math.round(scale * 1000) / 1000 || SCALE_MIN}`,
    })
  return counts(Math.round(scale * 1000), CLERKS)
}

function counts(thousandths: number, clerks: number): Scale {
  const of = (base: number) => Math.max(1, Math.trunc((thousandths * base) / 1000))
  // orders are scaled as customers are, ten to one
  return { parts: of(PARTS), suppliers: of(SUPPLIERS), customers: of(CUSTOMERS), orders: of(ORDERS), clerks }
}
