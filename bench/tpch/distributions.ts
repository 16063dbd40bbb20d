/** The words and weights that the specification gives; the order is part of the data. */

export interface Distribution {
  readonly words: readonly string[]
  /** cumulative: word i is chosen by the numbers above `upTo[i - 1]`, up to and including `upTo[i]` */
  readonly upTo: readonly number[]
  readonly total: number
}

/** Words in order, each `word` (weight 1) or `word|weight`. */
function weighted(list: string): Distribution {
  const words: string[] = []
  const upTo: number[] = []
  let total = 0
  for (const entry of list.trim().split(/\s*\n\s*|\s*\/\s*/)) {
    const [word = "", weight = "1"] = entry.split("|")
    words.push(word)
    total += Number(weight)
    upTo.push(total)
  }
  return { words, upTo, total }
}

function product(...parts: readonly (readonly string[])[]): string[] {
  return parts.reduce<string[]>(
    (made, part) => (made.length === 0 ? [...part] : made.flatMap((head) => part.map((tail) => `${head} ${tail}`))),
    [],
  )
}

export const NOUNS = weighted(`packages|40/requests|40/accounts|40/deposits|40/foxes|20/ideas|20/theodolites|20
  pinto beans|20/instructions|20/dependencies|10/excuses|10/platelets|10/asymptotes|10/courts|5/dolphins|5/multipliers
  sauternes/warthogs/frets/dinos/attainments/somas/Tiresias/patterns/forges/braids/frays/warhorses/dugouts/notornis
  epitaphs/pearls/tithes/waters/orbits/gifts/sheaves/depths/sentiments/decoys/realms/pains/grouches/escapades
  hockey players`)

export const VERBS = weighted(`sleep|20/wake|20/are|20/cajole|20/haggle|20/nag|10/use|10/boost|10/affix|5/detect|5
  integrate|5/maintain/nod/was/lose/sublate/solve/thrash/promise/engage/hinder/print/x-ray/breach/eat/grow/impress/mold
  poach/serve/run/dazzle/snooze/doze/unwind/kindle/play/hang/believe/doubt`)

export const ADVERBS = weighted(`sometimes/always/never/furiously|50/slyly|50/carefully|50/blithely|40/quickly|30
  fluffily|20/slowly/quietly/ruthlessly/thinly/closely/doggedly/daringly/bravely/stealthily/permanently/enticingly/idly
  busily/regularly/finally/ironically/evenly/boldly/silently`)

export const ADJECTIVES = weighted(`special|20/pending|20/unusual|20/express|20/furious/sly/careful/blithe/quick/fluffy
  slow/quiet/ruthless/thin/close/dogged/daring/brave/stealthy/permanent/enticing/idle/busy/regular|50/final|40/ironic|40
  even|30/bold|20/silent|10`)

export const PREPOSITIONS = weighted(`about|50/above|50/according to|50/across|50/after|50/against|40/along|40
  alongside of|30/among|30/around|20/at|10/atop/before/behind/beneath/beside/besides/between/beyond/by/despite/during
  except/for/from/in place of/inside/instead of/into/near/of/on/outside/over/past/since/through/throughout/to/toward
  under/until/up/upon/whithout/with/within`)

export const AUXILIARIES = weighted(`do/may/might/shall/will/would/can/could/should/ought to/must/will have to
  shall have to/could have to/should have to/must have to/need to/try to`)

export const TERMINATORS = weighted(".|50/;/:/?/!/--")

/** Sentence forms: N noun phrase, V verb phrase, P preposition with a noun phrase, T terminator. */
export const SENTENCES = weighted("NVT|3/NVPT|3/NVNT|3/NPVNT|1/NPVPT|1")
/** Noun phrases: N noun, J adjective, D adverb, a comma after the word before it. */
export const NOUN_PHRASES = weighted("N|10/JN|20/J,JN|10/DJN|50")
/** Verb phrases: V verb, X auxiliary, D adverb. */
export const VERB_PHRASES = weighted("V|30/XV/VD|40/XVD")

export const COLORS = weighted(`almond/antique/aquamarine/azure/beige/bisque/black/blanched/blue/blush/brown/burlywood
  burnished/chartreuse/chiffon/chocolate/coral/cornflower/cornsilk/cream/cyan/dark/deep/dim/dodger/drab/firebrick/floral
  forest/frosted/gainsboro/ghost/goldenrod/green/grey/honeydew/hot/indian/ivory/khaki/lace/lavender/lawn/lemon/light/lime
  linen/magenta/maroon/medium/metallic/midnight/mint/misty/moccasin/navajo/navy/olive/orange/orchid/pale/papaya/peach
  peru/pink/plum/powder/puff/purple/red/rose/rosy/royal/saddle/salmon/sandy/seashell/sienna/sky/slate/smoke/snow/spring
  steel/tan/thistle/tomato/turquoise/violet/wheat/white/yellow`).words

export const PART_TYPES = product(
  ["STANDARD", "SMALL", "MEDIUM", "LARGE", "ECONOMY", "PROMO"],
  ["ANODIZED", "BURNISHED", "PLATED", "POLISHED", "BRUSHED"],
  ["TIN", "NICKEL", "BRASS", "STEEL", "COPPER"],
)
export const CONTAINERS = product(
  ["SM", "LG", "MED", "JUMBO", "WRAP"],
  ["CASE", "BOX", "BAG", "JAR", "PACK", "PKG", "CAN", "DRUM"],
)
export const MANUFACTURERS = [1, 2, 3, 4, 5].map((maker) => `Manufacturer#${maker}`)
export const BRANDS = [1, 2, 3, 4, 5].flatMap((maker) => [1, 2, 3, 4, 5].map((line) => `Brand#${maker}${line}`))
export const SEGMENTS = ["AUTOMOBILE", "BUILDING", "FURNITURE", "HOUSEHOLD", "MACHINERY"]
export const PRIORITIES = ["1-URGENT", "2-HIGH", "3-MEDIUM", "4-NOT SPECIFIED", "5-LOW"]
export const INSTRUCTIONS = ["DELIVER IN PERSON", "COLLECT COD", "TAKE BACK RETURN", "NONE"]
export const SHIP_MODES = ["REG AIR", "AIR", "RAIL", "TRUCK", "MAIL", "FOB", "SHIP"]
export const REGIONS = ["AFRICA", "AMERICA", "ASIA", "EUROPE", "MIDDLE EAST"]
/** Each nation with its region's key. */
export const NATIONS: readonly (readonly [string, number])[] = [
  ["ALGERIA", 0],
  ["ARGENTINA", 1],
  ["BRAZIL", 1],
  ["CANADA", 1],
  ["EGYPT", 4],
  ["ETHIOPIA", 0],
  ["FRANCE", 3],
  ["GERMANY", 3],
  ["INDIA", 2],
  ["INDONESIA", 2],
  ["IRAN", 4],
  ["IRAQ", 4],
  ["JAPAN", 2],
  ["JORDAN", 4],
  ["KENYA", 0],
  ["MOROCCO", 0],
  ["MOZAMBIQUE", 0],
  ["PERU", 1],
  ["CHINA", 2],
  ["ROMANIA", 3],
  ["SAUDI ARABIA", 4],
  ["VIETNAM", 2],
  ["RUSSIA", 3],
  ["UNITED KINGDOM", 3],
  ["UNITED STATES", 1],
]
