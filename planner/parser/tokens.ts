import { createToken, type IToken, Lexer, type TokenType } from "chevrotain"
import type { Identifier } from "../ast/expression.ts"
import type { Span } from "../ast/span.ts"
import { allKeywords, keywordClass, type KeywordClass } from "./keywords.ts"

/** What a word may stand for. A word's token is in as many of these as DuckDB's keyword class allows. */
const category = (name: string): TokenType => createToken({ name, pattern: Lexer.NA })
export const ColumnName = category("ColumnName")
export const FunctionName = category("FunctionName")
export const TypeWord = category("TypeWord")
/** The name of an argument: `f(name := x)`. */
export const ArgumentName = category("ArgumentName")
/** An alias without AS: no keyword at all. */
export const BareAlias = category("BareAlias")
export const Label = category("Label")

const CATEGORIES: Readonly<Record<KeywordClass, readonly TokenType[]>> = {
  unreserved: [ColumnName, FunctionName, TypeWord, ArgumentName, Label],
  column: [ColumnName, Label],
  function: [FunctionName, TypeWord, ArgumentName, Label],
  reserved: [Label],
}

const listed = (text: string): ReadonlySet<string> => new Set(text.split(" "))

/** Where the grammar departs from the classes that `duckdb_keywords()` shows. */
const ALSO_COLUMNS = listed("columns generated map struct try_cast")
const ALSO_TYPES = listed(
  "bigint bit boolean char character dec decimal float int integer interval national nchar numeric real smallint time " +
    "timestamp varchar row",
)
const NO_FUNCTIONS = listed("anti by operator semi try_cast")
const NO_TYPES = listed("generated")

function categoriesOf(word: string): TokenType[] {
  const found = CATEGORIES[keywordClass(word)].filter(
    (each) => !(each === FunctionName && NO_FUNCTIONS.has(word)) && !(each === TypeWord && NO_TYPES.has(word)),
  )
  if (ALSO_COLUMNS.has(word)) found.push(ColumnName)
  if (ALSO_TYPES.has(word)) found.push(TypeWord)
  return found
}

/** Words that are no keywords and QuotedNames may stand for anything. */
const ANYTHING = [...CATEGORIES.unreserved, BareAlias]
export const Name = createToken({ name: "Name", pattern: Lexer.NA, categories: ANYTHING })
export const QuotedName = createToken({
  name: "QuotedName",
  pattern: /"[^"]*(?:""[^"]*)*"/,
  categories: ANYTHING,
})

/** Tokens of the keywords that the grammar does not mention: one for each set of places where they may stand. */
const otherWords = new Map<string, TokenType>()
const wordTokens = new Map<string, TokenType>()
for (const word of allKeywords()) {
  const categories = categoriesOf(word)
  const name = ["Word", ...categories.map((each) => each.name)].join("")
  const token = otherWords.get(name) ?? createToken({ name, pattern: Lexer.NA, categories })
  otherWords.set(name, token)
  wordTokens.set(word, token)
}

function keyword(word: string): TokenType {
  const token = createToken({ name: word.toUpperCase(), pattern: Lexer.NA, categories: categoriesOf(word) })
  wordTokens.set(word, token)
  return token
}

/** The words that the grammar's rules name. */
export const K = {
  All: keyword("all"),
  Analyze: keyword("analyze"),
  And: keyword("and"),
  Anti: keyword("anti"),
  Any: keyword("any"),
  Array: keyword("array"),
  As: keyword("as"),
  Asc: keyword("asc"),
  Asof: keyword("asof"),
  Asymmetric: keyword("asymmetric"),
  At: keyword("at"),
  Between: keyword("between"),
  Both: keyword("both"),
  By: keyword("by"),
  Case: keyword("case"),
  Cast: keyword("cast"),
  Coalesce: keyword("coalesce"),
  Collate: keyword("collate"),
  Columns: keyword("columns"),
  Copy: keyword("copy"),
  Create: keyword("create"),
  Cross: keyword("cross"),
  Cube: keyword("cube"),
  Current: keyword("current"),
  Deallocate: keyword("deallocate"),
  Default: keyword("default"),
  Desc: keyword("desc"),
  Describe: keyword("describe"),
  Distinct: keyword("distinct"),
  Drop: keyword("drop"),
  Else: keyword("else"),
  End: keyword("end"),
  Enum: keyword("enum"),
  Escape: keyword("escape"),
  Except: keyword("except"),
  Exclude: keyword("exclude"),
  Execute: keyword("execute"),
  Exists: keyword("exists"),
  Explain: keyword("explain"),
  Extract: keyword("extract"),
  False: keyword("false"),
  Fetch: keyword("fetch"),
  Filter: keyword("filter"),
  First: keyword("first"),
  Following: keyword("following"),
  For: keyword("for"),
  From: keyword("from"),
  Full: keyword("full"),
  Glob: keyword("glob"),
  Group: keyword("group"),
  Grouping: keyword("grouping"),
  GroupingId: keyword("grouping_id"),
  Groups: keyword("groups"),
  Having: keyword("having"),
  If: keyword("if"),
  Ignore: keyword("ignore"),
  Ilike: keyword("ilike"),
  In: keyword("in"),
  Include: keyword("include"),
  Inner: keyword("inner"),
  Intersect: keyword("intersect"),
  Interval: keyword("interval"),
  Into: keyword("into"),
  Is: keyword("is"),
  Isnull: keyword("isnull"),
  Join: keyword("join"),
  Key: keyword("key"),
  Lambda: keyword("lambda"),
  Last: keyword("last"),
  Lateral: keyword("lateral"),
  Leading: keyword("leading"),
  Left: keyword("left"),
  Like: keyword("like"),
  Limit: keyword("limit"),
  Map: keyword("map"),
  Materialized: keyword("materialized"),
  Name: keyword("name"),
  National: keyword("national"),
  Natural: keyword("natural"),
  Next: keyword("next"),
  No: keyword("no"),
  Not: keyword("not"),
  Notnull: keyword("notnull"),
  Null: keyword("null"),
  Nullif: keyword("nullif"),
  Nulls: keyword("nulls"),
  Offset: keyword("offset"),
  On: keyword("on"),
  Only: keyword("only"),
  Operator: keyword("operator"),
  Or: keyword("or"),
  Order: keyword("order"),
  Ordinality: keyword("ordinality"),
  Others: keyword("others"),
  Outer: keyword("outer"),
  Over: keyword("over"),
  Overlay: keyword("overlay"),
  Partition: keyword("partition"),
  Percent: keyword("percent"),
  Pivot: keyword("pivot"),
  PivotLonger: keyword("pivot_longer"),
  PivotWider: keyword("pivot_wider"),
  Placing: keyword("placing"),
  Position: keyword("position"),
  Positional: keyword("positional"),
  Preceding: keyword("preceding"),
  Precision: keyword("precision"),
  Prepare: keyword("prepare"),
  Qualify: keyword("qualify"),
  Range: keyword("range"),
  Read: keyword("read"),
  Recursive: keyword("recursive"),
  Rename: keyword("rename"),
  Repeatable: keyword("repeatable"),
  Replace: keyword("replace"),
  Reset: keyword("reset"),
  Respect: keyword("respect"),
  Right: keyword("right"),
  Rollup: keyword("rollup"),
  Row: keyword("row"),
  Rows: keyword("rows"),
  Sample: keyword("sample"),
  Select: keyword("select"),
  Semi: keyword("semi"),
  Set: keyword("set"),
  Setof: keyword("setof"),
  Sets: keyword("sets"),
  Show: keyword("show"),
  Similar: keyword("similar"),
  Some: keyword("some"),
  Struct: keyword("struct"),
  Substring: keyword("substring"),
  Summarize: keyword("summarize"),
  Table: keyword("table"),
  Tables: keyword("tables"),
  Tablesample: keyword("tablesample"),
  Then: keyword("then"),
  Ties: keyword("ties"),
  Time: keyword("time"),
  Timestamp: keyword("timestamp"),
  To: keyword("to"),
  Trailing: keyword("trailing"),
  Trim: keyword("trim"),
  True: keyword("true"),
  TryCast: keyword("try_cast"),
  Unbounded: keyword("unbounded"),
  Union: keyword("union"),
  Unknown: keyword("unknown"),
  Unpivot: keyword("unpivot"),
  Using: keyword("using"),
  Value: keyword("value"),
  Values: keyword("values"),
  Variadic: keyword("variadic"),
  Varying: keyword("varying"),
  Verbose: keyword("verbose"),
  Version: keyword("version"),
  When: keyword("when"),
  Where: keyword("where"),
  Window: keyword("window"),
  With: keyword("with"),
  Within: keyword("within"),
  Without: keyword("without"),
  Zone: keyword("zone"),
} as const

/** The type of a word's token: keywords are told from names by one look-up, in any case. */
export function wordToken(word: string): TokenType {
  return wordTokens.get(word.toLowerCase()) ?? Name
}

const symbol = (name: string, pattern: string | RegExp, categories: TokenType[] = []): TokenType =>
  createToken({ name, pattern, categories })

export const InfixOperator = category("InfixOperator")
export const PrefixOperator = category("PrefixOperator")
/** A string in any of its spellings. */
export const Text = category("Text")
/** A number in any of its spellings. */
export const NumberText = category("NumberText")

export const PlainText = symbol("PlainText", /'[^']*(?:''[^']*)*'/, [Text])
export const EscapeText = symbol("EscapeText", /[eE]'[^'\\]*(?:(?:''|\\[^])[^'\\]*)*'/, [Text])
export const DollarText = createToken({
  name: "DollarText",
  pattern: /\$([A-Za-z_\u0080-\uffff][\w\u0080-\uffff]*)?\$[^]*?\$\1\$/,
  categories: [Text],
  start_chars_hint: ["$"],
})
/** `X'AB'` is the string `xAB` to DuckDB, which has no bit strings; `N'a'` is a VARCHAR. */
export const BitText = symbol("BitText", /[xXbB]'[^']*'/)
export const NationalText = symbol("NationalText", /[nN]'[^']*(?:''[^']*)*'/)
/** `U&'…'`: begun and never finished in DuckDB. */
export const UnicodeText = symbol("UnicodeText", /[uU]&['"]/)
export const Decimal = symbol(
  "Decimal",
  /(?:\d[\d_]*\.(?:\d[\d_]*)?|\.\d[\d_]*)(?:[eE][+-]?\d+)?|\d[\d_]*[eE][+-]?\d+/,
  [NumberText],
)
export const Integer = symbol("Integer", /\d[\d_]*/, [NumberText])
export const Parameter = symbol("Parameter", /\?\d*|\$[A-Za-z0-9_]+/)
export const PositionalReference = symbol("PositionalReference", /#\d+/)

export const LParen = symbol("LParen", "(")
export const RParen = symbol("RParen", ")")
export const LBracket = symbol("LBracket", "[")
export const RBracket = symbol("RBracket", "]")
export const LBrace = symbol("LBrace", "{")
export const RBrace = symbol("RBrace", "}")
export const Comma = symbol("Comma", ",")
export const Semicolon = symbol("Semicolon", ";")
export const Dot = symbol("Dot", ".")
export const TypeCast = symbol("TypeCast", "::")
export const ColonEquals = symbol("ColonEquals", ":=")
export const Colon = symbol("Colon", ":")
export const FatArrow = symbol("FatArrow", "=>")
export const Arrow = symbol("Arrow", "->", [InfixOperator])
export const Plus = symbol("Plus", "+", [InfixOperator, PrefixOperator])
export const Minus = symbol("Minus", "-", [InfixOperator, PrefixOperator])
export const Star = symbol("Star", "*", [InfixOperator])
/** Operators without a meaning of their own to the grammar may stand before an operand, too, and after one. */
const infixAndPrefix = "!~~* !~~ !~* !~ ~~~ ~~* ~~ ~* <=> <-> <@ @> ^@ && || << >> == & | ~ @ !"
  .split(" ")
  .map((op) => symbol(op, op, [InfixOperator, PrefixOperator]))
const infix = "->> // ** <> != <= >= = < > / % ^".split(" ").map((op) => symbol(op, op, [InfixOperator]))
const operators = [...infixAndPrefix, ...infix].toSorted((a, b) => b.name.length - a.name.length)

/** A percent sign that ends LIMIT: the lexer cannot tell it from the operator. */
export const PercentSign = createToken({ name: "PercentSign", pattern: Lexer.NA })
export const Modulo = operator("%")

function operator(text: string): TokenType {
  const found = infix.find((token) => token.name === text)
  if (found === undefined) throw new TypeError(`no operator ${text}`)
  return found
}

/** One spelling for each operator: `!=` is another name of `<>`. */
export function operatorName(token: IToken): string {
  return token.image === "!=" ? "<>" : token.image.toUpperCase()
}

/** Blanks as DuckDB takes them, the Unicode ones that editors paste included. */
export const Blank = createToken({
  name: "Blank",
  pattern: /[\s\u00a0\u2000-\u200b\u202f\u205f\u3000\ufeff]+/,
  group: Lexer.SKIPPED,
})
export const LineComment = createToken({ name: "LineComment", pattern: /--[^\r\n]*/, group: Lexer.SKIPPED })
export const BlockComment = createToken({
  name: "BlockComment",
  pattern: { exec: (text, offset) => blockComment(text, offset) },
  start_chars_hint: ["/"],
  group: Lexer.SKIPPED,
  line_breaks: true,
})

/** `/* … /* … *\/ … *\/`: block comments nest, so no regular expression can find their end. */
function blockComment(text: string, offset: number): [string] | null {
  if (!text.startsWith("/*", offset)) return null
  let depth = 0
  const mark = /\/\*|\*\//g
  mark.lastIndex = offset
  for (let found = mark.exec(text); found !== null; found = mark.exec(text)) {
    depth += found[0] === "/*" ? 1 : -1
    if (depth === 0) return [text.slice(offset, mark.lastIndex)]
  }
  return null
}

/** What begins and never ends. It takes the rest of the text, so that no text is searched twice for an end. */
export const Unclosed = createToken({
  name: "Unclosed",
  pattern: /(?:[eExXbBnN]?'|"|\/\*|\$(?:[A-Za-z_\u0080-\uffff][\w\u0080-\uffff]*)?\$)[^]*/,
  start_chars_hint: ["'", '"', "/", "$", "e", "E", "x", "X", "b", "B", "n", "N"],
})

/** Any word; the lexer gives it its keyword's type afterwards. */
export const Word = createToken({
  name: "Word",
  pattern: /[A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*/,
  categories: ANYTHING,
})

/** What the lexer tries, in this order: longer spellings before their beginnings. */
export const LEXED: readonly TokenType[] = [
  Blank,
  LineComment,
  BlockComment,
  PlainText,
  EscapeText,
  BitText,
  NationalText,
  UnicodeText,
  DollarText,
  QuotedName,
  Unclosed,
  Word,
  Decimal,
  Integer,
  Parameter,
  PositionalReference,
  TypeCast,
  ColonEquals,
  FatArrow,
  ...operators.filter((token) => token.name.length > 1),
  Arrow,
  ...operators.filter((token) => token.name.length === 1),
  Plus,
  Minus,
  Star,
  LParen,
  RParen,
  LBracket,
  RBracket,
  LBrace,
  RBrace,
  Comma,
  Semicolon,
  Dot,
  Colon,
]

/** Every token type, for the parser. */
export const TOKENS: TokenType[] = [
  ColumnName,
  FunctionName,
  TypeWord,
  BareAlias,
  Label,
  InfixOperator,
  PrefixOperator,
  Text,
  NumberText,
  ArgumentName,
  PercentSign,
  Name,
  ...otherWords.values(),
  ...Object.values(K),
  ...LEXED,
]

/** The lexer notes where tokens start; only one joined from several says where it ends. */
export function spanOf(token: IToken): Span {
  const end = token.endOffset === undefined ? token.startOffset + token.image.length : token.endOffset + 1
  return { start: token.startOffset, end }
}

/** The name that a word or a "quoted name" spells. */
export function identifierOf(token: IToken): Identifier {
  const quoted = token.tokenType === QuotedName
  const text = quoted ? token.image.slice(1, -1).replaceAll('""', '"') : token.image
  return { text, quoted, span: spanOf(token) }
}

export function isText(token: IToken): boolean {
  return token.tokenType.CATEGORIES?.includes(Text) === true
}
