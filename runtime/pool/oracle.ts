import type { EngineEvent, EngineRefusal, EngineRequest } from "../../actors/engine/messages.ts"
import { EngineLost } from "../../actors/errors.ts"
import type { DescribedColumn, DescribeRefusal, FunctionNames, TypeOracle } from "../../planner/describe.ts"
import { FUNCTIONS_QUERY, functionNamesOf } from "../../planner/function-names.ts"
import type { Loan, PooledEngine } from "./engine.ts"

/**
 * A call that takes longer is refused, and its engine replaced: deep nesting makes DuckDB's binder exponential. On a
 * machine that does other things besides, the time is longer: see `slowness`.
 */
const DESCRIBE_TIMEOUT_MS = 1000

/** Answers that are kept, by SQL. The oldest goes first. */
const ANSWERS_KEPT_MAX = 1000

/** Calls that wait for the engine, which takes one at a time. */
const CALLS_WAITING_MAX = 256

/** How often one call is tried when the engine is lost under it. */
const CALL_ATTEMPTS_MAX = 2

/** DuckDB's refusal, or that it took too long to say anything. */
export class DescribeRefused extends Error implements DescribeRefusal {
  readonly _tag = "DescribeRefusal"
  readonly kind: string
  readonly position: number | undefined
  readonly candidates: string | undefined
  constructor(refusal: EngineRefusal) {
    super(refusal.message)
    this.name = "DescribeRefusal"
    this.kind = refusal.kind
    this.position = refusal.position
    this.candidates = refusal.candidates
  }
}

export interface EngineOracle extends TypeOracle {
  /** What is asked from here on is refused. */
  readonly close: () => void
}

export interface OracleParts {
  /** Gives an engine for one call. */
  readonly borrow: (loan: Loan) => void
  /** By how much a call may take longer than on an idle machine; at least 1. */
  readonly slowness: () => number
}

type Answer = Extract<EngineEvent, { _tag: "Described" | "Explained" | "Evaluated" }>
type Call = Extract<EngineRequest, { _tag: "Describe" | "Explain" | "Evaluate" }>

export function engineOracle(parts: OracleParts): EngineOracle {
  const line = callLine(parts)
  const answers = new Map<string, Promise<Answer>>()
  let functions: Promise<FunctionNames> | undefined

  /** Two queries that ask the same at once share one call. Refusals are kept too: they follow from the SQL alone. */
  const cached = (_tag: "Describe" | "Explain", sql: string): Promise<Answer> => {
    const key = `${_tag} ${sql}`
    const known = answers.get(key)
    if (known !== undefined) return known
    const answer = line.ask(_tag, sql)
    answers.set(key, answer)
    const [oldest] = answers.keys()
    if (answers.size > ANSWERS_KEPT_MAX && oldest !== undefined) answers.delete(oldest)
    answer.catch((error: unknown) => {
      if (!(error instanceof DescribeRefused) || error.kind === "Timeout") answers.delete(key)
    })
    return answer
  }

  const evaluate = async (sql: string) => {
    const answer = await line.ask("Evaluate", sql)
    return answer._tag === "Evaluated" ? answer.rows : unexpected(answer)
  }

  return {
    describe: async (sql): Promise<readonly DescribedColumn[]> => {
      const answer = await cached("Describe", sql)
      return answer._tag === "Described" ? answer.columns : unexpected(answer)
    },
    explain: async (sql) => {
      const answer = await cached("Explain", sql)
      const plan: unknown = answer._tag === "Explained" ? JSON.parse(answer.plan) : unexpected(answer)
      return plan
    },
    evaluate,
    functions: () => {
      functions ??= evaluate(FUNCTIONS_QUERY).then(functionNamesOf)
      functions.catch(() => {
        functions = undefined
      })
      return functions
    },
    close: line.close,
  }
}

function unexpected(answer: Answer): never {
  throw new Error(`the describing engine answered ${answer._tag} to another question`)
}

/** One call at a time, each with its own deadline that begins when an engine gets it. */
function callLine({ borrow, slowness }: OracleParts) {
  let last: Promise<unknown> = Promise.resolve()
  let waiting = 0
  let calls = 0
  let closed = false

  const callOnce = (_tag: Call["_tag"], sql: string): Promise<Answer> => {
    if (closed) return Promise.reject(new EngineLost({ message: "the session is closed" }))
    calls += 1
    const request: Call = { _tag, call: calls, sql }
    return new Promise<Answer>((resolve, reject) => {
      const use = async (engine: PooledEngine) => {
        try {
          resolve(await answerOf(engine, request, DESCRIBE_TIMEOUT_MS * slowness()))
          return true
        } catch (error) {
          reject(error)
          if (error instanceof DescribeRefused && error.kind !== "Timeout") return true
          await engine.terminate()
          return false
        }
      }
      borrow({ use, fail: reject })
    })
  }

  const call = async (_tag: Call["_tag"], sql: string): Promise<Answer> => {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await callOnce(_tag, sql)
      } catch (error) {
        if (!(error instanceof EngineLost) || attempt >= CALL_ATTEMPTS_MAX) throw error
      }
    }
  }

  return {
    ask: (_tag: Call["_tag"], sql: string): Promise<Answer> => {
      if (waiting >= CALLS_WAITING_MAX) {
        const message = `${CALLS_WAITING_MAX} questions to DuckDB wait: try again when fewer queries are planned`
        return Promise.reject(new EngineLost({ message }))
      }
      waiting += 1
      const answer = last
        .then(() => call(_tag, sql))
        .finally(() => {
          waiting -= 1
        })
      last = answer.catch(() => undefined)
      return answer
    },
    close: () => {
      closed = true
    },
  }
}

function answerOf(engine: PooledEngine, request: Call, timeoutMs: number): Promise<Answer> {
  return new Promise<Answer>((resolve, reject) => {
    const end = () => {
      clearTimeout(timer)
      unlisten()
    }
    const timer = setTimeout(() => {
      end()
      const message = `DuckDB took longer than ${Math.round(timeoutMs)} ms to make out the types of this statement: nest its expressions less deeply, or cut it into CTEs`
      reject(new DescribeRefused({ kind: "Timeout", message, position: undefined, candidates: undefined }))
    }, timeoutMs)
    const unlisten = engine.listen((event) => {
      switch (event._tag) {
        case "Described":
        case "Explained":
        case "Evaluated":
          if (event.call !== request.call) return
          end()
          resolve(event)
          return
        case "CallFailed":
          if (event.call !== request.call) return
          end()
          reject(new DescribeRefused(event.refusal))
          return
        case "Lost":
          end()
          reject(event.error)
          return
        case "Ready":
        case "SplitsHeld":
        case "InputTaken":
        case "OutputBatch":
        case "TaskDone":
        case "TaskFailed":
        case "Trapped":
          return
      }
    })
    engine.send(request)
  })
}
