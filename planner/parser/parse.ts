import type { Query } from "../ast/query.ts"
import type { Statement } from "../ast/statement.ts"
import { UnsupportedSql } from "../errors.ts"
import { frozen } from "./freeze.ts"
import { tokenize } from "./lexer.ts"
import { countAsDuckDb } from "./parameter-order.ts"
import { SqlParser } from "./sql-parser.ts"
import { syntaxError } from "./syntax-error.ts"
import { Parameter } from "./tokens.ts"

/** A longer script is refused: it would be held in memory several times over. */
const SQL_CHARACTERS_MAX = 16 * 1024 * 1024

let parser: SqlParser | undefined

/**
 * The statements of a script. Throws SyntaxError for what is not SQL and UnsupportedSql for SQL that is not
 * supported; both say where.
 */
export function parse(sql: string): readonly Statement[] {
  if (last?.sql === sql) return last.statements
  const statements = read(sql)
  last = sql.length <= KEPT_CHARACTERS_MAX ? { sql, statements } : undefined
  return statements
}

/** The text that was read last: a door reads a statement to know what it is, and the planner reads it again. */
let last: { readonly sql: string; readonly statements: readonly Statement[] } | undefined

/** The tree of a longer text is not kept: it takes many times the memory of its text. */
const KEPT_CHARACTERS_MAX = 1024 * 1024

function read(sql: string): readonly Statement[] {
  if (sql.length > SQL_CHARACTERS_MAX) {
    throw new UnsupportedSql({ message: `A script of more than ${SQL_CHARACTERS_MAX} characters is not supported.` })
  }
  const tokens = tokenize(sql)
  // The grammar is checked by a test; here it would only cost start time.
  parser ??= new SqlParser(true)
  parser.begin(tokens)
  const statements = parser.script()
  const [error] = parser.errors
  if (error !== undefined) throw syntaxError(error, { tokens, clause: parser.clause, innerClause: parser.innerClause })
  if (tokens.some(({ tokenType }) => tokenType === Parameter)) countAsDuckDb(statements)
  return frozen(statements)
}

/** The query of a text that is known to be one. */
export function parseQuery(sql: string): Query {
  const [statement] = parse(sql)
  if (statement?._tag === "QueryStatement") return statement.query
  throw new UnsupportedSql({ message: "a query is needed here", span: { start: 0, end: sql.length } })
}
