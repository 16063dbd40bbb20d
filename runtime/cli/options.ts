import { nearestName } from "../../planner/parser/nearest.ts"

/** One option of a command. The table of them is what is parsed by and what the help is made from. */
export interface Option {
  readonly name: string
  readonly short?: string
  /** What stands for the value in the help; without it the option is a switch. */
  readonly value?: string
  /** May be given more than once. */
  readonly many?: boolean
  readonly help: string
}

export interface Command {
  readonly name: string
  readonly summary: string
  readonly usage: readonly string[]
  readonly groups: readonly { readonly title: string; readonly options: readonly Option[] }[]
  /** Paragraphs and examples below the options. */
  readonly notes: readonly { readonly title: string; readonly lines: readonly string[] }[]
}

/** The command line is wrong: exit code 2. */
export class UsageError extends Error {
  readonly hint: string | undefined
  constructor(message: string, hint?: string) {
    super(message)
    this.hint = hint
  }
}

/** What was given: values by option name. */
export interface Given {
  readonly has: (name: string) => boolean
  readonly value: (name: string) => string | undefined
  readonly values: (name: string) => readonly string[]
  readonly operands: readonly string[]
}

/** `--name value`, `--name=value`, `-n value`, `-nvalue`; everything after `--` is an operand. */
export function parseOptions(command: Command, args: readonly string[]): Given {
  const options = command.groups.flatMap((group) => group.options)
  const found = new Map<string, string[]>()
  const operands: string[] = []
  for (let i = 0; i < args.length; i++) {
    const arg = args[i] ?? ""
    if (arg === "--") {
      operands.push(...args.slice(i + 1))
      break
    }
    if (!arg.startsWith("-") || arg === "-") {
      operands.push(arg)
      continue
    }
    const { option, attached } = lookUp(command, options, arg)
    if (option.value === undefined) {
      if (attached !== undefined)
        throw new UsageError(`--${option.name} takes no value`, `write --${option.name} alone`)
      found.set(option.name, [])
      continue
    }
    const value = attached ?? args[++i]
    if (value === undefined) {
      throw new UsageError(`${written(arg)} needs a value`, `write ${written(arg)} ${option.value}`)
    }
    const before = found.get(option.name)
    if (before !== undefined && option.many !== true) {
      throw new UsageError(`--${option.name} was given twice`, "give it once")
    }
    found.set(option.name, [...(before ?? []), value])
  }
  return {
    has: (name) => found.has(name),
    value: (name) => found.get(name)?.[0],
    values: (name) => found.get(name) ?? [],
    operands,
  }
}

interface Found {
  readonly option: Option
  readonly attached: string | undefined
}

function lookUp(command: Command, options: readonly Option[], arg: string): Found {
  if (arg.startsWith("--")) {
    const [, name = "", , attached] = /^--([^=]*)(=(.*))?$/su.exec(arg) ?? []
    const option = options.find((each) => each.name === name)
    if (option !== undefined) return { option, attached }
    const nearest = nearestName(
      name,
      options.map((each) => each.name),
    )
    throw unknown(command, `--${name}`, nearest)
  }
  const option = options.find((each) => each.short === arg[1])
  if (option === undefined) throw unknown(command, arg.slice(0, 2), undefined)
  return { option, attached: arg.length > 2 ? arg.slice(2).replace(/^=/u, "") : undefined }
}

function unknown(command: Command, spelt: string, nearest: string | undefined): UsageError {
  const help = `${command.name} --help lists the options`
  return new UsageError(`unknown option ${spelt}`, nearest === undefined ? help : `did you mean --${nearest}?  ${help}`)
}

function written(arg: string): string {
  return arg.startsWith("--") ? (arg.split("=", 1)[0] ?? arg) : arg.slice(0, 2)
}

/** A whole number in a range, or a UsageError that names both. */
export function wholeNumber(given: Given, name: string, range: readonly [number, number]): number | undefined {
  const text = given.value(name)
  if (text === undefined) return undefined
  const number = Number(text)
  if (!/^\d+$/u.test(text) || number < range[0] || number > range[1]) {
    throw new UsageError(`--${name} takes a whole number from ${range[0]} to ${range[1]}, found "${text}"`)
  }
  return number
}

/** One of a list of words. */
export function oneOf<T extends string>(given: Given, name: string, words: readonly T[]): T | undefined {
  const text = given.value(name)
  if (text === undefined) return undefined
  const word = words.find((each) => each === text)
  if (word !== undefined) return word
  const nearest = nearestName(text, words)
  const meant = nearest === undefined ? undefined : `did you mean ${nearest}?`
  throw new UsageError(`--${name} is one of ${words.join(", ")}, found "${text}"`, meant)
}

/** A number above 0, fractions allowed. */
export function positiveNumber(given: Given, name: string): number | undefined {
  const text = given.value(name)
  if (text === undefined) return undefined
  const number = Number(text)
  if (!/^\d*\.?\d+$/u.test(text) || !(number > 0)) {
    throw new UsageError(`--${name} takes a number above 0, found "${text}"`)
  }
  return number
}

const BYTE_UNITS: Readonly<Record<string, number>> = { "": 1, KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30, TiB: 2 ** 40 }

/** Bytes, or so many KiB, MiB, GiB or TiB. */
export function byteCount(given: Given, name: string): number | undefined {
  return sizeIn(given.value(name), `--${name}`)
}

/** The same of an option or a variable of the environment. */
export function sizeIn(text: string | undefined, from: string): number | undefined {
  if (text === undefined) return undefined
  const [, digits = "", unit = ""] = /^(\d{1,15})(|KiB|MiB|GiB|TiB)$/u.exec(text) ?? []
  const bytes = Number(digits) * (BYTE_UNITS[unit] ?? 1)
  if (digits === "" || !Number.isSafeInteger(bytes)) {
    throw new UsageError(`${from} takes a size as 100MiB, 2GiB or 1000000, found "${text}"`)
  }
  return bytes
}
