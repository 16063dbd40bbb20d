import { type Rule, unchanged } from "./rule.ts"

/** More rows than this are sorted whole: a heap of them would be no smaller than the sort. */
const TOP_N_ROWS_MAX = 1_000_000

/**
 * A limit over a sort keeps only so many rows while it reads.
 *
 *   Limit 10             TopN 10 by k
 *     Sort by k     →      a
 *       a
 */
export const topN: Rule = {
  name: "top_n",
  required: false,
  rewrite(node) {
    if (node._tag !== "Limit" || node.input._tag !== "Sort" || node.count === undefined) return unchanged
    if (node.count + node.offset > TOP_N_ROWS_MAX) return unchanged
    const { input, keys } = node.input
    return { _tag: "TopN", input, keys, count: node.count, offset: node.offset, phase: "complete" }
  },
}
