import { type IToken, Lexer, type TokenType } from "chevrotain"
import { SyntaxError } from "../errors.ts"
import {
  BitText,
  Decimal,
  EscapeText,
  Integer,
  LEXED,
  NationalText,
  Parameter,
  PlainText,
  QuotedName,
  Semicolon,
  spanOf,
  Unclosed,
  UnicodeText,
  Word,
  wordToken,
} from "./tokens.ts"
import { unsupported } from "./unsupported.ts"

let lexer: Lexer | undefined

/** The tokens of a script, words told from keywords. Throws SyntaxError for text that is no token. */
export function tokenize(sql: string): IToken[] {
  lexer ??= new Lexer([...LEXED], { positionTracking: "onlyOffset", ensureOptimizations: true })
  const { tokens, errors } = lexer.tokenize(sql)
  const first = errors[0]
  if (first !== undefined) throw strayCharacter(sql, first.offset)
  const kept: IToken[] = []
  const parameters = new Parameters()
  for (const token of tokens) {
    const previous = kept.at(-1)
    refuseToken(token)
    if (token.tokenType === Semicolon) parameters.forget()
    if (token.tokenType === Parameter) token.payload = parameters.nameOf(token)
    if (token.tokenType === Word) {
      retype(token)
      if (previous !== undefined && isNumber(previous) && touches(previous, token)) throw joined(previous, token)
    } else if (token.tokenType === QuotedName && token.image.length === 2) {
      throw new SyntaxError({ message: 'syntax error: a "quoted name" cannot be empty', span: spanOf(token) })
    } else if (previous !== undefined && continues(previous, token, sql)) {
      kept[kept.length - 1] = merged(previous, token)
      continue
    }
    kept.push(token)
  }
  return kept
}

/** The parameters of a statement. A `?` is the next after the highest number before it, in the order of the text. */
class Parameters {
  private highest = 0
  private named = false

  forget(): void {
    this.highest = 0
    this.named = false
  }

  nameOf(token: IToken): string | number {
    const written = token.image.slice(1)
    const numbered = /^\d*$/.test(written)
    const number = written === "" ? this.highest + 1 : Number(written)
    if (numbered ? this.named : this.highest > 0) {
      const hint = "use $1, $2 … or $name, not both"
      throw unsupported("Named and numbered parameters in one statement are not supported.", spanOf(token), hint)
    }
    this.named = !numbered
    if (numbered) this.highest = Math.max(this.highest, number)
    return numbered ? number : written.toLowerCase()
  }
}

/** Tokens that no place in the grammar takes. */
function refuseToken(token: IToken): void {
  if (token.tokenType === Unclosed) throw unclosed(token)
  if (token.tokenType !== UnicodeText) return
  const hint = "write the characters themselves, or E'…' with their UTF-8 bytes"
  throw new SyntaxError({ message: "syntax error: DuckDB does not read U&'…'", span: spanOf(token), hint })
}

function retype(token: IToken): void {
  const type = wordToken(token.image)
  token.tokenType = type
  if (type.tokenTypeIdx !== undefined) token.tokenTypeIdx = type.tokenTypeIdx
}

const isNumber = (token: IToken): boolean => token.tokenType === Integer || token.tokenType === Decimal
const touches = (a: IToken, b: IToken): boolean => spanOf(a).end === b.startOffset

/**
 * `0x1f` and `1abc`: DuckDB reads a number and then an alias, which nobody means. Refused, so that no answer depends
 * on it.
 */
function joined(number: IToken, word: IToken): SyntaxError {
  const text = number.image + word.image
  const hex = /^0[xX][0-9a-fA-F]+$/.test(text)
  return new SyntaxError({
    message: `syntax error: "${text}" is not a number`,
    span: { start: number.startOffset, end: spanOf(word).end },
    hint: hex
      ? `hexadecimal numbers are not part of the dialect: write ${BigInt(text)}`
      : `write ${number.image} AS "${word.image}" if a name was meant`,
  })
}

/** `'a'` and `'b'` on lines of their own are one string, as the SQL standard has it. */
function continues(previous: IToken, token: IToken, sql: string): boolean {
  if (token.tokenType !== PlainText || !CONTINUED.has(previous.tokenType)) return false
  return NEXT_LINE.test(sql.slice(spanOf(previous).end, token.startOffset))
}

const CONTINUED: ReadonlySet<TokenType> = new Set([PlainText, EscapeText, BitText, NationalText])

/** Blanks and line comments with a line's end among them. */
const NEXT_LINE = /^(?:[ \t\f\v]|--[^\r\n]*)*[\r\n](?:\s|--[^\r\n]*[\r\n])*$/

function merged(previous: IToken, token: IToken): IToken {
  const image = previous.image.slice(0, -1) + token.image.slice(1)
  return { ...previous, image, endOffset: spanOf(token).end - 1 }
}

/** A string, quoted name or comment without its end. */
function unclosed(token: IToken): SyntaxError {
  const { image, startOffset } = token
  const tag = /^\$[^$]*\$/.exec(image)?.[0]
  const [what, close] = image.startsWith('"')
    ? ["a quoted name", 'a double quote (")']
    : image.startsWith("/*")
      ? ["a comment", "*/"]
      : tag !== undefined
        ? ["a dollar-quoted string", tag]
        : ["a string", "a single quote (')"]
  const opened = tag ?? /^(?:\/\*|"|[a-zA-Z]?')/.exec(image)?.[0] ?? image
  return new SyntaxError({
    message: `syntax error: ${what} begins here and never ends`,
    span: { start: startOffset, end: startOffset + opened.length },
    hint: `close it with ${close}`,
  })
}

function strayCharacter(sql: string, offset: number): SyntaxError {
  const character = String.fromCodePoint(sql.codePointAt(offset) ?? 0)
  return new SyntaxError({
    message: `syntax error: the character ${JSON.stringify(character)} has no meaning here`,
    span: { start: offset, end: offset + character.length },
  })
}
