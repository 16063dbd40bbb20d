import { describe, expect, test } from "vitest"
import { accessRules } from "./access.ts"
import { isLoopback, parseAddress, plainAddress, urlOf } from "./address.ts"
import { CannotServe } from "./errors.ts"

describe("an address", () => {
  test.each([
    ["127.0.0.1:8080", { host: "127.0.0.1", port: 8080 }, "http://127.0.0.1:8080"],
    ["localhost:0", { host: "localhost", port: 0 }, "http://localhost:0"],
    ["[::1]:80", { host: "::1", port: 80 }, "http://[::1]:80"],
    ["Host-7.example:65535", { host: "host-7.example", port: 65535 }, "http://host-7.example:65535"],
  ])("%s", (text, address, url) => {
    expect(parseAddress(text)).toEqual(address)
    expect(urlOf(address)).toBe(url)
  })

  test.each([
    "",
    "8080",
    ":8080",
    "127.0.0.1",
    "127.0.0.1:",
    "127.0.0.1:65536",
    "::1:80",
    "[x]:80",
    "[1.2]:80",
    "a/b:1",
  ])("%s is none", (text) => {
    expect(() => parseAddress(text)).toThrow(
      new CannotServe({
        message: `"${text}" is not an address to serve HTTP on`,
        hint: "write ADDRESS:PORT, like 127.0.0.1:8080 or [::1]:8080; port 0 takes any that is free",
      }),
    )
  })

  test.each([
    ["127.0.0.1", true],
    ["127.9.9.9", true],
    ["::1", true],
    ["localhost", true],
    ["0.0.0.0", false],
    ["::", false],
    ["10.0.0.1", false],
    ["127.evil.example", false],
    ["localhost.evil.example", false],
  ])("%s is loopback: %s", (host, loopback) => {
    expect(isLoopback(host)).toBe(loopback)
  })

  test("an IPv4 address in a socket of both families is plain", () => {
    expect(plainAddress("::ffff:10.0.0.1")).toBe("10.0.0.1")
    expect(plainAddress("::1")).toBe("::1")
  })
})

describe("the rules", () => {
  test("an address that others can reach needs a token", () => {
    for (const host of ["0.0.0.0", "::", "10.0.0.1", "example.org"]) {
      expect(() => accessRules(host, {})).toThrow(
        new CannotServe({
          message: `${host} can be reached from other machines, so it needs a token`,
          hint: "set SKEIN_TOKEN (or give --token TOKEN), or serve on 127.0.0.1",
        }),
      )
      expect(accessRules(host, { token: "secret" }).token).toBe("secret")
    }
    expect(accessRules("127.0.0.1", {}).token).toBeUndefined()
  })

  test.each(["", " ", "two words"])("the token %j is none", (token) => {
    const error = new CannotServe({ message: "the token must be a text without blanks, and not an empty one" })
    expect(() => accessRules("127.0.0.1", { token })).toThrow(error)
  })

  test("names of hosts", () => {
    const { allowHosts } = accessRules("::1", { allowHosts: ["Skein.Example", "[FE80::1]", "fe80::2", "10.0.0.1"] })
    expect(allowHosts).toEqual(["skein.example", "fe80::1", "fe80::2", "10.0.0.1"])
    for (const name of ["http://a", "a:80", "a/b", "", "*", "[::1]:80"]) {
      expect(() => accessRules("::1", { allowHosts: [name] })).toThrow(
        new CannotServe({ message: `"${name}" is not the name of a host`, hint: "write it without http:// and port" }),
      )
    }
  })

  test("origins", () => {
    const allowOrigins = ["https://example.org", "http://localhost:3000"]
    expect(accessRules("::1", { allowOrigins }).allowOrigins).toEqual(allowOrigins)
    for (const origin of ["example.org", "https://example.org/", "*", "null", "https://example.org:443"]) {
      expect(() => accessRules("::1", { allowOrigins: [origin] })).toThrow(
        new CannotServe({ message: `"${origin}" is not an origin`, hint: "write it like https://example.org" }),
      )
    }
  })
})
