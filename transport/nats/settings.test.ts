import { describe, expect, test } from "vitest"
import { reconnectDelayMs } from "./connect.ts"
import { natsSettings } from "./settings.ts"
import { subjectsOf } from "./subjects.ts"

describe("settings", () => {
  test("an option wins over the environment; several servers, default port, no credentials", () => {
    const env = { NATS_URL: "nats://elsewhere", SKEIN_CLUSTER: "blue" }
    expect(natsSettings(env, { url: "nats://a:4223, nats://b,[::1]:5000" })).toEqual({
      servers: ["a:4223", "b:4222", "[::1]:5000"],
      cluster: "blue",
      credentials: { _tag: "None" },
    })
    expect(natsSettings(env, { cluster: "red" })).toMatchObject({ servers: ["elsewhere:4222"], cluster: "red" })
    expect(natsSettings({ NATS_URL: "h", SKEIN_CLUSTER: "" }, {}).cluster).toBe("skein")
  })

  test.each([
    ["nats://me:se%40cret@h", {}, { _tag: "Password", user: "me", password: "se@cret" }],
    ["nats://token@h", {}, { _tag: "Token", token: "token" }],
    ["nats://token@h", { NATS_USER: "me" }, { _tag: "Token", token: "token" }],
    ["nats://h", { NATS_USER: "me", NATS_PASSWORD: "p" }, { _tag: "Password", user: "me", password: "p" }],
    ["nats://h", { NATS_TOKEN: "t", NATS_CREDS: "" }, { _tag: "Token", token: "t" }],
    ["nats://h", { NATS_CREDS: "me.creds" }, { _tag: "Creds", file: "me.creds" }],
    ["nats://h", { NATS_NKEY: "me.nk" }, { _tag: "Nkey", file: "me.nk" }],
  ])("credentials: %s, %o", (url, env, credentials) => {
    expect(natsSettings(env, { url })).toEqual({ servers: ["h:4222"], cluster: "skein", credentials })
  })

  test("TLS by scheme or by the files that the nats command knows", () => {
    expect(natsSettings({}, { url: "tls://h" }).tls).toEqual({})
    const files = { NATS_CA: "ca.pem", NATS_CERT: "cert.pem", NATS_KEY: "key.pem" }
    expect(natsSettings(files, { url: "h" }).tls).toEqual({
      caFile: "ca.pem",
      certFile: "cert.pem",
      keyFile: "key.pem",
    })
  })

  test.each([
    [{}, {}, "no NATS server is named: give --nats nats://HOST:PORT or set NATS_URL"],
    [{}, { url: "http://h" }, 'a NATS URL starts with "http://"; only nats:// and tls:// are known'],
    [{}, { url: "nats://a:b:secret" }, "a NATS URL cannot be read: write nats://HOST:PORT"],
    [{}, { url: "nats://a," }, "a NATS URL cannot be read: write nats://HOST:PORT"],
    [{}, { url: "nats://a:x@h,nats://b:x@h" }, "the NATS URLs have different credentials: one connection has one user"],
    [{ NATS_TOKEN: "t", NATS_CREDS: "c" }, { url: "h" }, "NATS_CREDS and NATS_TOKEN are set together: keep one"],
    [{ NATS_CERT: "c" }, { url: "h" }, "NATS_CERT and NATS_KEY go together: only one of them is set"],
    [
      { SKEIN_CLUSTER: "a.b" },
      { url: "h" },
      'the cluster\'s name "a.b" is not made of 1 to 64 letters, digits, "_" or "-"',
    ],
  ])("%o, %o is refused", (env, given, message) => {
    expect(() => natsSettings(env, given)).toThrow(expect.objectContaining({ _tag: "NatsSettingsError", message }))
  })
})

describe("subjects", () => {
  const subjects = subjectsOf("skein")

  test("name who may publish and who may listen", () => {
    expect(subjects.parcel({ node: "b", path: "query-7/scheduler" }, "a")).toBe("skein.v1.node.b.a.query-7.scheduler")
    expect(subjects.inbox({ node: "b", path: "streams" })).toBe("skein.v1.node.b.*.streams")
    expect(subjects.nobody("a", 7)).toBe("skein.v1.nobody.a.7")
    expect(subjects.presence("a")).toBe("skein.presence.a")
  })

  test("are read back as they were written", () => {
    const to = { node: "b", path: "query-7/scheduler" }
    expect(subjects.parse(subjects.parcel(to, "a"))).toEqual({ to, from: "a" })
    expect(subjects.parse("skein.v1.node.b.a")).toBeUndefined()
    expect(subjects.parse("other.v1.node.b.a.x")).toBeUndefined()
    expect(subjects.presenceFrom(subjects.presence("a"))).toBe("a")
  })

  test.each(["a.b", "*", ">", "", "a b", "ä", "x".repeat(65)])("%o is no name", (name) => {
    const message = `${JSON.stringify(name)} cannot be part of a subject`
    expect(() => subjects.inbox({ node: name, path: "x" })).toThrow(message)
    expect(() => subjects.parcel({ node: "b", path: "x" }, name)).toThrow(message)
    expect(() => subjects.inbox({ node: "b", path: name })).toThrow("cannot be a subject")
    expect(() => subjectsOf(name)).toThrow(message)
  })
})

test("the pause between two tries to come back grows with the time away, within limits, and is never the same for all", () => {
  const delays = (brokenForMs: number) => Array.from({ length: 100 }, () => reconnectDelayMs(brokenForMs))
  for (const [brokenForMs, least, most] of [
    [0, 37, 63],
    [1_000, 187, 313],
    [1e9, 1_500, 2_500],
  ] as const) {
    expect(Math.min(...delays(brokenForMs))).toBeGreaterThanOrEqual(least)
    expect(Math.max(...delays(brokenForMs))).toBeLessThanOrEqual(most)
  }
  expect(new Set(delays(1e9)).size).toBeGreaterThan(10)
})
