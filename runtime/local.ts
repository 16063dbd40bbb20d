import { spawnEngine } from "../actors/engine/thread.ts"
import { parquetSource } from "../actors/sources/parquet/source.ts"
import { ENGINE_MACROS } from "../planner/lowering/engine-macros.ts"
import { openNode } from "./coordinator/node.ts"
import { sqlPlanner } from "./coordinator/sql-planner.ts"
import { engineMemory } from "./pool/memory.ts"
import { scripted } from "./session/scripted.ts"
import type { LocalSession, SessionOptions } from "./session.ts"

/** A session in this process. Nothing starts, no engine and no file, before the first query needs it. */
export async function openSession(options: SessionOptions): Promise<LocalSession> {
  const { workers, dataDir, cwd, roots, cacheBytes, ...own } = options
  const memory = engineMemory(workers, cacheBytes)
  const node = await openNode({
    workers,
    places: { dataDir, cwd: roots === undefined ? cwd : (dataDir ?? cwd), roots },
    planner: sqlPlanner,
    source: parquetSource,
    spawn: (name) => spawnEngine({ name, ...memory, ...ENGINE_MACROS }),
  })
  return scripted({ query: node.query, plan: node.plan, tables: node.tables, close: node.close }, own)
}
