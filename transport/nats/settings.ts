import { isName } from "../address.ts"
import { NatsSettingsError } from "./errors.ts"

/** The first token of every subject of a cluster, unless another is given. */
const CLUSTER_DEFAULT = "skein"

const SERVERS_MAX = 64

/** How a connection proves who it is. */
export type NatsCredentials =
  | { readonly _tag: "None" }
  | { readonly _tag: "Password"; readonly user: string; readonly password: string }
  | { readonly _tag: "Token"; readonly token: string }
  /** A file with a JWT and a seed. */
  | { readonly _tag: "Creds"; readonly file: string }
  /** A file with a seed. */
  | { readonly _tag: "Nkey"; readonly file: string }

export interface NatsSettings {
  /** `host:port`, without credentials. */
  readonly servers: readonly string[]
  /** Nodes of one server that have another cluster do not hear each other. */
  readonly cluster: string
  readonly credentials: NatsCredentials
  /** Given: the connection is encrypted or refused. Left out: the server decides. */
  readonly tls?: { readonly caFile?: string; readonly certFile?: string; readonly keyFile?: string }
}

type Environment = Readonly<Record<string, string | undefined>>

/** What the options `--nats` and `--cluster` and the environment say. Throws NatsSettingsError. */
export function natsSettings(
  env: Environment,
  given: { readonly url?: string; readonly cluster?: string },
): NatsSettings {
  const text = given.url ?? filled(env["NATS_URL"])
  if (text === undefined) throw wrong("no NATS server is named: give --nats nats://HOST:PORT or set NATS_URL")
  const urls = text.split(",").map((each) => parseUrl(each.trim()))
  if (urls.length > SERVERS_MAX) throw wrong(`${urls.length} NATS servers are named; at most ${SERVERS_MAX} may be`)
  const cluster = given.cluster ?? filled(env["SKEIN_CLUSTER"]) ?? CLUSTER_DEFAULT
  if (!isName(cluster)) {
    throw wrong(`the cluster's name ${JSON.stringify(cluster)} is not made of 1 to 64 letters, digits, "_" or "-"`)
  }
  const files = tlsFiles(env)
  const isTls = files !== undefined || urls.some((url) => url.protocol === "tls:")
  return {
    servers: urls.map((url) => `${url.hostname}:${url.port === "" ? "4222" : url.port}`),
    cluster,
    credentials: credentialsOf(env, urls),
    ...(isTls ? { tls: files ?? {} } : {}),
  }
}

function parseUrl(text: string): URL {
  const withScheme = text.includes("://") ? text : `nats://${text}`
  const url = URL.canParse(withScheme) ? new URL(withScheme) : undefined
  // The text may hold a password, so it is not shown.
  if (url === undefined || url.hostname === "") throw wrong("a NATS URL cannot be read: write nats://HOST:PORT")
  if (url.protocol !== "nats:" && url.protocol !== "tls:") {
    throw wrong(`a NATS URL starts with "${url.protocol}//"; only nats:// and tls:// are known`)
  }
  return url
}

function credentialsOf(env: Environment, urls: readonly URL[]): NatsCredentials {
  const inUrls = urls.filter((url) => url.username !== "")
  const [first] = inUrls
  if (first !== undefined) {
    if (inUrls.some((url) => url.username !== first.username || url.password !== first.password)) {
      throw wrong("the NATS URLs have different credentials: one connection has one user")
    }
    const user = decodeURIComponent(first.username)
    const password = decodeURIComponent(first.password)
    return password === "" ? { _tag: "Token", token: user } : { _tag: "Password", user, password }
  }
  const creds = filled(env["NATS_CREDS"])
  const nkey = filled(env["NATS_NKEY"])
  const token = filled(env["NATS_TOKEN"])
  const user = filled(env["NATS_USER"])
  const named = { NATS_CREDS: creds, NATS_NKEY: nkey, NATS_TOKEN: token, NATS_USER: user }
  const set = Object.entries(named).flatMap(([name, value]) => (value === undefined ? [] : [name]))
  if (set.length > 1) throw wrong(`${set.join(" and ")} are set together: keep one`)
  if (creds !== undefined) return { _tag: "Creds", file: creds }
  if (nkey !== undefined) return { _tag: "Nkey", file: nkey }
  if (token !== undefined) return { _tag: "Token", token }
  if (user !== undefined) return { _tag: "Password", user, password: env["NATS_PASSWORD"] ?? "" }
  return { _tag: "None" }
}

/** The names that the `nats` command has for them. */
function tlsFiles(env: Environment): NatsSettings["tls"] {
  const [caFile, certFile, keyFile] = ["NATS_CA", "NATS_CERT", "NATS_KEY"].map((name) => filled(env[name]))
  if ((certFile === undefined) !== (keyFile === undefined)) {
    throw wrong("NATS_CERT and NATS_KEY go together: only one of them is set")
  }
  if (caFile === undefined && certFile === undefined) return undefined
  return {
    ...(caFile === undefined ? {} : { caFile }),
    ...(certFile === undefined || keyFile === undefined ? {} : { certFile, keyFile }),
  }
}

function filled(value: string | undefined): string | undefined {
  return value === "" ? undefined : value
}

function wrong(message: string): NatsSettingsError {
  return new NatsSettingsError({ message })
}
