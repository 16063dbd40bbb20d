import { connect, type NatsConnection } from "nats"
import { natsService, type NatsServiceLimits, type QueryService } from "../../runtime/nats/service.ts"
import type { Session } from "../../runtime/session.ts"
import type { NatsLink } from "../../transport/nats/connect.ts"
import { startNatsServer, type NatsServer, type NatsServerOptions } from "../servers/nats-server.ts"
import { linkTo } from "../servers/nats-wires.ts"

export interface Served {
  readonly service: QueryService
  readonly link: NatsLink
  /** A client of its own connection. */
  readonly client: NatsConnection
  readonly log: readonly string[]
}

/** What the tests of one file start; `end` stops all of it, the last first. */
export interface Stage {
  readonly server: (options?: NatsServerOptions) => Promise<NatsServer>
  readonly serve: (on: NatsServer, session: Session, options?: ServeOptions) => Promise<Served>
  readonly onEnd: (end: () => Promise<unknown>) => void
  readonly end: () => Promise<void>
}

export interface ServeOptions {
  readonly limits?: Partial<NatsServiceLimits>
  readonly cluster?: string
  /** Where the client has other permissions than the service. */
  readonly clientUrl?: string
}

export function openStage(): Stage {
  const ends: (() => Promise<unknown>)[] = []
  const onEnd = (end: () => Promise<unknown>) => void ends.push(end)
  return {
    onEnd,
    server: async (options) => {
      const server = await startNatsServer(options)
      onEnd(() => server[Symbol.asyncDispose]())
      return server
    },
    serve: async ({ url }, session, { limits = {}, cluster = "skein", clientUrl = url } = {}) => {
      const link = await linkTo(url, cluster)
      onEnd(() => link.close())
      const log: string[] = []
      const service = await natsService(session, link, {
        version: "1.2.3",
        node: "a",
        limits: { closeGraceMs: 0, ...limits },
        log: (line) => log.push(line),
      })
      onEnd(() => service.close())
      const { host, username: user, password: pass } = new URL(clientUrl)
      const client = await connect({ servers: host, user, pass, reconnectTimeWait: 50, maxReconnectAttempts: -1 })
      onEnd(() => client.close())
      return { service, link, client, log }
    },
    end: async () => {
      for (const end of ends.splice(0).toReversed()) await end()
    },
  }
}
