const UNITS = [
  [1_000_000_000_000_000_000n, "quintillion"],
  [1_000_000_000_000_000n, "quadrillion"],
  [1_000_000_000_000n, "trillion"],
  [1_000_000_000n, "billion"],
  [1_000_000n, "million"],
] as const

/** `15000000` → `15.00 million`, rounded by the digits before the point. Undefined below a million. */
export function largeNumber(text: string): string | undefined {
  const match = /^(-?)(\d{6,19})(?:\.\d*)?$/u.exec(text)
  if (match === null) return undefined
  const whole = BigInt(match[2] ?? "0")
  for (const [size, name] of UNITS) {
    const hundredths = (whole + size / 200n) / (size / 100n)
    if (hundredths < 100n) continue
    const digits = String(hundredths)
    return `${match[1] ?? ""}${digits.slice(0, -2)}.${digits.slice(-2)} ${name}`
  }
  return undefined
}
