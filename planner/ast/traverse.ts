import type {
  Binary,
  Case,
  Comprehension,
  Expr,
  FrameBound,
  FunctionCall,
  Inner,
  MapLiteral,
  OrderItem,
  Star,
  StructLiteral,
  Subscript,
  WindowSpec,
} from "./expression.ts"

/** What a column may be: a name as written, or the binder's column. Only these two tags are leaves of type `C`. */
export interface ColumnLeaf {
  readonly _tag: "ColumnRef" | "Column"
}

export function isColumn<C extends ColumnLeaf>(expr: Expr<C>): expr is C {
  return expr._tag === "ColumnRef" || expr._tag === "Column"
}

/** Whether the expression is a node of the language and not a column. */
export function isInner<C extends ColumnLeaf>(expr: Expr<C>): expr is Inner<C> {
  return !isColumn(expr)
}

/** The direct children in the order they are written. */
export function children<C extends ColumnLeaf>(expr: Expr<C>): readonly Expr<C>[] {
  const found: Expr<C>[] = []
  if (isInner(expr)) {
    rebuild<C, C>(expr, (child) => {
      found.push(child)
      return child
    })
  }
  return found
}

/** The node with `f` applied to its direct children; the very same node when `f` changes none of them. */
export function mapChildren<C extends ColumnLeaf>(expr: Expr<C>, f: (child: Expr<C>) => Expr<C>): Expr<C> {
  if (!isInner(expr)) return expr
  let same = true
  const rebuilt = rebuild<C, C>(expr, (child) => {
    const next = f(child)
    if (next !== child) same = false
    return next
  })
  return same ? expr : rebuilt
}

/**
 * Replaces every column; `leaf` may return any expression. Runs of left-deep operators (`a OR b OR …`, thousands of
 * terms) are walked in a loop: only real nesting, which the parser bounds, costs stack.
 */
export function mapExpr<A extends ColumnLeaf, B extends ColumnLeaf>(
  expr: Expr<A>,
  leaf: (column: A) => Expr<B>,
): Expr<B> {
  const spine: Binary<A>[] = []
  let bottom: Expr<A> = expr
  while (bottom._tag === "Binary") {
    const binary: Binary<A> = bottom
    spine.push(binary)
    bottom = binary.left
  }
  const each = (child: Expr<A>): Expr<B> => mapExpr(child, leaf)
  let mapped: Expr<B> = isInner(bottom) ? rebuild(bottom, each) : leaf(bottom)
  for (const node of spine.reverse()) {
    const right = each(node.right)
    mapped = { ...node, left: mapped, right, escape: node.escape && each(node.escape) }
  }
  return mapped
}

/**
 * Replaces the outermost nodes for which `replace` gives something; what it gives is not looked into again. Left-deep
 * runs are walked in a loop, as in `mapExpr`. The very same expression when nothing is replaced.
 */
export function replaceNodes<C extends ColumnLeaf>(
  expr: Expr<C>,
  replace: (node: Expr<C>) => Expr<C> | undefined,
): Expr<C> {
  const spine: Binary<C>[] = []
  let bottom: Expr<C> = expr
  let replaced = replace(bottom)
  while (replaced === undefined && bottom._tag === "Binary") {
    const binary: Binary<C> = bottom
    spine.push(binary)
    bottom = binary.left
    replaced = replace(bottom)
  }
  const below = (child: Expr<C>): Expr<C> => replaceNodes(child, replace)
  let result = replaced ?? mapChildren(bottom, below)
  for (const node of spine.reverse()) {
    const right = below(node.right)
    const escape = node.escape && below(node.escape)
    const same = result === node.left && right === node.right && escape === node.escape
    result = same ? node : { ...node, left: result, right, escape }
  }
  return result
}

/** Whether `predicate` holds for the expression or anything below it. */
export function anyExpr<C extends ColumnLeaf>(expr: Expr<C>, predicate: (node: Expr<C>) => boolean): boolean {
  for (const node of walk(expr)) if (predicate(node)) return true
  return false
}

/** The nodes for which `test` holds, in the order they are written. */
export function collect<C extends ColumnLeaf, T extends Expr<C>>(
  expr: Expr<C>,
  test: (node: Expr<C>) => node is T,
): readonly T[] {
  const found: T[] = []
  for (const node of walk(expr)) if (test(node)) found.push(node)
  return found
}

/** Every column in the expression, in the order they are written, repeated as often as they are. */
export function columnsOf<C extends ColumnLeaf>(expr: Expr<C>): readonly C[] {
  const found: C[] = []
  for (const node of walk(expr)) if (isColumn(node)) found.push(node)
  return found
}

/** The node itself, then everything below it: a parent before its children, left before right. */
export function* walk<C extends ColumnLeaf>(expr: Expr<C>): Generator<Expr<C>, void, undefined> {
  const pending: Expr<C>[] = [expr]
  for (;;) {
    const node = pending.pop()
    if (node === undefined) return
    yield node
    const below = children(node)
    for (let i = below.length - 1; i >= 0; i--) {
      const child = below[i]
      if (child !== undefined) pending.push(child)
    }
  }
}

/** One inner node around new children, visited in the order they are written. A nested query stays as it is. */
export function rebuild<A, B>(node: Inner<A>, f: (child: Expr<A>) => Expr<B>): Inner<B> {
  switch (node._tag) {
    case "Literal":
    case "TypedLiteral":
    case "Parameter":
    case "PositionalReference":
    case "Default":
      return node
    case "Cast":
    case "Unary":
    case "IsTest":
    case "Field":
    case "Collate":
    case "ColumnsCall":
      return { ...node, input: f(node.input) }
    case "Binary":
      return { ...node, left: f(node.left), right: f(node.right), escape: node.escape && f(node.escape) }
    case "FunctionCall":
      return rebuildCall(node, f)
    case "ListLiteral":
    case "Row":
      return { ...node, items: node.items.map(f) }
    case "InList":
      return { ...node, input: f(node.input), items: node.items.map(f) }
    case "Between":
      return { ...node, input: f(node.input), low: f(node.low), high: f(node.high) }
    case "IntervalLiteral":
    case "NamedArgument":
      return { ...node, value: f(node.value) }
    case "Grouping":
      return { ...node, args: node.args.map(f) }
    case "SubqueryExpr":
      return { ...node, operand: node.operand && f(node.operand) }
    case "QuantifiedList":
      return { ...node, operand: f(node.operand), list: f(node.list) }
    case "Lambda":
      return { ...node, left: node.left && f(node.left), body: f(node.body) }
    default:
      return rebuildParts(node, f)
  }
}

type InParts<C> = Star<C> | Case<C> | Subscript<C> | StructLiteral<C> | MapLiteral<C> | Comprehension<C>

/** The nodes whose children stand in parts of their own. */
function rebuildParts<A, B>(node: InParts<A>, f: (child: Expr<A>) => Expr<B>): InParts<B> {
  switch (node._tag) {
    case "Star":
      return { ...node, replace: node.replace.map((item) => ({ ...item, expr: f(item.expr) })) }
    case "Case":
      return {
        ...node,
        operand: node.operand && f(node.operand),
        // oxlint-disable-next-line unicorn/no-thenable -- a branch of CASE is no promise and is never awaited
        branches: node.branches.map((branch) => ({ when: f(branch.when), then: f(branch.then) })),
        otherwise: node.otherwise && f(node.otherwise),
      }
    case "Subscript":
      return {
        ...node,
        input: f(node.input),
        from: node.from && f(node.from),
        to: node.to && f(node.to),
        step: node.step && f(node.step),
      }
    case "StructLiteral":
      return { ...node, fields: node.fields.map((field) => ({ ...field, value: f(field.value) })) }
    case "MapLiteral":
      return { ...node, entries: node.entries.map((entry) => ({ key: f(entry.key), value: f(entry.value) })) }
    case "Comprehension":
      return { ...node, body: f(node.body), list: f(node.list), condition: node.condition && f(node.condition) }
  }
}

function rebuildCall<A, B>(node: FunctionCall<A>, f: (child: Expr<A>) => Expr<B>): FunctionCall<B> {
  return {
    ...node,
    args: node.args.map(f),
    orderBy: mapOrder(node.orderBy, f),
    withinGroup: mapOrder(node.withinGroup, f),
    filter: node.filter && f(node.filter),
    over: node.over && rebuildWindow(node.over, f),
  }
}

function rebuildWindow<A, B>(window: WindowSpec<A>, f: (child: Expr<A>) => Expr<B>): WindowSpec<B> {
  const bound = (from: FrameBound<A>): FrameBound<B> =>
    from.kind === "current row" ? from : { ...from, offset: from.offset && f(from.offset) }
  const { frame } = window
  return {
    ...window,
    partitionBy: window.partitionBy.map(f),
    orderBy: mapOrder(window.orderBy, f),
    frame: frame && { ...frame, start: bound(frame.start), end: bound(frame.end) },
  }
}

function mapOrder<A, B>(items: readonly OrderItem<A>[], f: (child: Expr<A>) => Expr<B>): readonly OrderItem<B>[] {
  return items.map((item) => ({ ...item, expr: f(item.expr) }))
}
