import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type { ActorSystem, SystemOptions } from "./system.ts"
import { createActorSystem } from "./system.ts"

/** An actor system that lives as long as its scope. In a file of its own: who needs only the system pays no Effect. */
export const actorSystem = (options: SystemOptions): Effect.Effect<ActorSystem, never, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.sync(() => createActorSystem(options)),
    (system) => Effect.promise(() => system.close()),
  )
