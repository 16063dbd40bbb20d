import type { Cast, ColumnRef, FunctionCall, WindowSpec } from "../ast/expression.ts"
import type { TableFunctionRef } from "../ast/query.ts"
import type { Span } from "../ast/span.ts"
import type { TreeNode } from "../ast/walk-tree.ts"
import type { MomentTypes } from "./moment-types.ts"
import type { Insertions } from "./insertions.ts"
import { macroFor, zonedName } from "./zoned-rules.ts"
import { isSeries, withZoneName, zonedCall, zonedCast, zonedMoment, zonedOp } from "./zoned.ts"

/** A comment, or what is no comment, of the text between two nodes. */
const COMMENTS = /--[^\n]*|\/\*[\s\S]*?\*\//g

/**
 * The edits that lower what is zoned in a text. `nodes` are all of its nodes, a parent before what it holds:
 *
 *   CAST(z + INTERVAL 1 DAY AS DATE)   →   "CAST DATE utc"(((z) <~+~> (INTERVAL 1 DAY)))
 */
export class ZonedText {
  readonly #sql: string
  readonly #types: MomentTypes
  readonly #insertions: Insertions

  readonly #runs: boolean

  /** What `runs` is not only shown to DuckDB, which names columns after their text. */
  constructor(sql: string, runs: boolean, types: MomentTypes, insertions: Insertions) {
    this.#sql = sql
    this.#runs = runs
    this.#types = types
    this.#insertions = insertions
  }

  lower(node: TreeNode): void {
    switch (node._tag) {
      case "FunctionCall":
        return this.#call(node)
      case "Binary":
        return this.#binary(node)
      case "Cast":
        return this.#cast(node)
      case "WindowSpec":
        return this.#window(node)
      case "TableFunctionRef":
        return this.#series(node)
      default:
    }
  }

  #call(call: FunctionCall<ColumnRef>): void {
    const lowered = zonedCall(call, this.#types, !this.#runs)
    if (lowered === undefined) return
    const [first, second] = call.args
    const name = `"${lowered.macro}"`
    if (lowered.of === "argument") {
      const format = this.#runs ? withZoneName(call, this.#types) : undefined
      if (format !== undefined) this.#replace(format.span, format.sql)
      return this.#around(first?.span, `${name}(`, ")")
    }
    if (this.#isWord(call.nameSpan, "extract") && first?._tag === "Literal" && second !== undefined) {
      return this.#replace({ start: call.nameSpan.start, end: second.span.start }, `main.${name}(${first.sql}, `)
    }
    if (first?._tag === "Literal" && second !== undefined && second.span.start < first.span.start) {
      // x AT TIME ZONE 'UTC'
      this.#around(second.span, `main.${name}(${first.sql}, `, "")
      return this.#replace({ start: second.span.end, end: first.span.end }, ")")
    }
    this.#replace(call.nameSpan, name)
  }

  #binary(node: TreeNode & { readonly _tag: "Binary" }): void {
    const op = zonedOp(node, this.#types)
    if (op === undefined) return
    const { left, right } = node
    const at = this.#find({ start: left.span.end, end: right.span.start }, node.op)
    this.#around({ start: left.span.start, end: right.span.end }, "((", "))")
    this.#replace({ start: at, end: at + node.op.length }, `) ${op} (`)
  }

  #cast(node: Cast<ColumnRef>): void {
    const macro = zonedCast(node, this.#types)
    if (macro === undefined) return
    const { input, type } = node
    const name = `"${macro}"`
    const word = this.#find({ start: node.span.start, end: input.span.start }, node.try ? "try_cast" : "cast")
    const after = { start: input.span.end, end: type.span.start }
    if (word < 0) {
      this.#around(input.span, `${name}(`, "")
      return this.#replace({ start: this.#find(after, "::"), end: type.span.end }, ")")
    }
    this.#replace({ start: word, end: word + (node.try ? "try_cast" : "cast").length }, name)
    this.#replace({ start: this.#find(after, "as"), end: type.span.end }, "")
  }

  /** A frame's distance is added to what the window is ordered by. */
  #window({ orderBy }: WindowSpec<ColumnRef>): void {
    for (const { expr } of orderBy) {
      const macro = zonedMoment(this.#types.of(expr))
      if (macro !== undefined) this.#around(expr.span, `"${macro}"(`, ")")
    }
  }

  /** As rows of a list, so that the list's own rule holds: `unnest("range utc"(a, b, i)) AS range(range)`. */
  #series(ref: TableFunctionRef): void {
    const [from, to, step] = ref.args
    if (!isSeries(ref.name) || from === undefined || to === undefined || step === undefined) return
    const macro = macroFor(
      zonedName(ref.name.toLowerCase()),
      ref.args.map((arg) => this.#types.of(arg)),
    )
    if (macro === undefined) return
    this.#replace(ref.nameSpan, `unnest("${macro}"`)
    const close = this.#plain({ start: step.span.end, end: ref.span.end }).indexOf(")") + step.span.end
    const column = `("${ref.name}")`
    const alias = ref.alias === undefined ? ` AS "${ref.name}"${column}` : ""
    this.#replace({ start: close, end: close + 1 }, `))${alias}`)
    if (ref.alias !== undefined && ref.alias.columns.length === 0) this.#around(ref.alias.name.span, "", column)
  }

  #around(span: Span | undefined, before: string, after: string): void {
    if (span !== undefined) this.#insertions.around(span, before, after)
  }

  #replace(span: Span, text: string): void {
    this.#insertions.replace(span, text)
  }

  #isWord(span: Span, word: string): boolean {
    return this.#sql.slice(span.start, span.end).toLowerCase() === word
  }

  /** Where the sign or word stands in a stretch of text that has nothing else but comments and parentheses; or −1. */
  #find(span: Span, text: string): number {
    const at = this.#plain(span).lastIndexOf(text)
    return at < 0 ? -1 : span.start + at
  }

  /** The text in lower case, blanks for its comments. */
  #plain({ start, end }: Span): string {
    return this.#sql
      .slice(start, end)
      .replaceAll(COMMENTS, (found) => " ".repeat(found.length))
      .toLowerCase()
  }
}
