import type { LayoutColumn } from "../layout.ts"
import { leafForm } from "./form.ts"
import type { Leaf } from "./leaf-pages.ts"

/**
 * What stands around a column's leaves. `definition` and `repetition` are the levels at the node itself, `slot` the
 * definition level from which on the innermost list around it holds an item (0: every row does).
 */
export type Node =
  | { readonly _tag: "leaf"; readonly leaf: number }
  | (Place & { readonly _tag: "list" | "map"; readonly item: Node })
  | (Place & { readonly _tag: "struct"; readonly fields: readonly Node[] })

export interface Place {
  readonly definition: number
  readonly repetition: number
  readonly slot: number
  /** The first leaf below it: its levels are the node's, too. */
  readonly first: number
}

export interface ColumnShape {
  readonly root: Node
  readonly leaves: readonly Leaf[]
}

type Element = LayoutColumn["elements"][number]
type Levels = Omit<Place, "first">

/** Elements stand depth first; see `parquetColumns` for the three ways in which lists are said. */
export function columnShape(elements: readonly Element[]): ColumnShape {
  const leaves: Leaf[] = []
  let index = 0
  const next = (): Element => {
    const element = elements[index++]
    if (element === undefined) throw new Error("a column's elements end within a group")
    return element
  }
  const node = (around: Levels): Node => {
    const element = next()
    const definition = around.definition + (element.repetition === "OPTIONAL" ? 1 : 0)
    return body(element, { ...around, definition })
  }
  const body = (element: Element, own: Levels): Node => {
    const place = { ...own, first: leaves.length }
    switch (element.group) {
      case "struct":
        return { _tag: "struct", ...place, fields: Array.from({ length: element.children }, () => node(own)) }
      case "list":
      case "map": {
        const repeated = next()
        const inside = own.definition + 1
        const within = { definition: inside, repetition: own.repetition + 1, slot: inside }
        return { _tag: element.group, ...place, item: item(repeated, within) }
      }
      case undefined: {
        if (element.physical === undefined) throw new Error("a group of a column is neither list, map nor struct")
        const flat = own.definition <= 1 && own.repetition === 0 && elements.length === 1
        leaves.push({ ...own, physical: element.physical, form: leafForm(element), flat })
        return { _tag: "leaf", leaf: leaves.length - 1 }
      }
    }
  }
  /** What repeats is the item itself, or a group around it, or around a map's key and value. */
  const item = (repeated: Element, within: Levels): Node => {
    if (repeated.group !== undefined || repeated.physical !== undefined) return body(repeated, within)
    const place = { ...within, first: leaves.length }
    const members = Array.from({ length: repeated.children }, () => node(within))
    const [only] = members
    return members.length === 1 && only !== undefined ? only : { _tag: "struct", ...place, fields: members }
  }
  return { root: node({ definition: 0, repetition: 0, slot: 0 }), leaves }
}
