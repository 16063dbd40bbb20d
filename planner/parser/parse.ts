import type { Statement } from "../ast/query.ts"
import { UnsupportedSql } from "../errors.ts"
import { frozen } from "./freeze.ts"
import { tokenize } from "./lexer.ts"
import { SqlParser } from "./sql-parser.ts"
import { syntaxError } from "./syntax-error.ts"

/** A longer script is refused: it would be held in memory several times over. */
const SQL_CHARACTERS_MAX = 16 * 1024 * 1024

let parser: SqlParser | undefined

/**
 * The statements of a script. Throws SyntaxError for what is not SQL and UnsupportedSql for SQL that is not
 * supported; both say where.
 */
export function parse(sql: string): readonly Statement[] {
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
  return frozen(statements)
}
