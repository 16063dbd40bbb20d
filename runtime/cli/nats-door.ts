import type { QueryService } from "../nats/service.ts"
import { printable } from "../formats/printable.ts"
import type { Session } from "../session.ts"
import { reportError } from "./error-report.ts"
import { EXIT_CANNOT_CONNECT } from "./exit.ts"
import { UsageError, type Command, type Given } from "./options.ts"
import { complain } from "./output.ts"
import { packageVersion } from "./version.ts"

export const NATS_OPTIONS: Command["groups"][number] = {
  title: "NATS",
  options: [
    {
      name: "nats",
      value: "URL",
      help: "NATS servers, separated by commas, to answer over; HTTP then only with --http",
    },
    {
      name: "cluster",
      value: "NAME",
      help: "the first word of the subject NAME.v1.query; by default SKEIN_CLUSTER or skein",
    },
  ],
}

/** One way into a process that answers. */
export interface Door {
  /** Where it answers, for people. */
  readonly place: string
  readonly close: () => Promise<void>
}

/** Says that no server took the connection; throws what is something else. */
export async function cannotConnect(error: unknown): Promise<number> {
  const { NatsConnectError } = await import("../../transport/nats/errors.ts")
  if (!(error instanceof NatsConnectError)) throw error
  await reportError(error)
  return EXIT_CANNOT_CONNECT
}

/** The request API of a process that is no node, on a connection of its own. Rejects with UsageError, NatsConnectError or TransportFailure. */
export async function openNatsDoor(given: Given, session: Session, url: string): Promise<Door> {
  const [{ connectNats }, { natsSettings }, { NatsSettingsError }, { natsService }] = await Promise.all([
    import("../../transport/nats/connect.ts"),
    import("../../transport/nats/settings.ts"),
    import("../../transport/nats/errors.ts"),
    import("../nats/service.ts"),
  ])
  const cluster = given.value("cluster")
  const settings = () => {
    try {
      return natsSettings(process.env, { url, ...(cluster === undefined ? {} : { cluster }) })
    } catch (error) {
      throw error instanceof NatsSettingsError ? new UsageError(error.message) : error
    }
  }
  const node = `serve-${process.pid}`
  const link = await connectNats(settings(), { name: `skein ${node}` })
  let service: QueryService
  try {
    const log = (line: string) => complain(printable(line))
    service = await natsService(session, link, { version: await packageVersion(), node, log })
  } catch (error) {
    await link.close()
    throw error
  }
  return {
    place: `${service.subject} at ${settings().servers.join(", ")}`,
    close: async () => {
      await service.close()
      await link.close()
    },
  }
}
