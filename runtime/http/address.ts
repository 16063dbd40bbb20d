import { isIPv4, isIPv6 } from "node:net"
import { CannotServe } from "./errors.ts"

export interface Address {
  /** An IP address without brackets, or a name. */
  readonly host: string
  /** 0: any that is free. */
  readonly port: number
}

const PORT_MAX = 65_535
const WRITTEN = /^(?:\[(?<six>[0-9a-fA-F:.]+)\]|(?<host>[A-Za-z0-9._-]+)):(?<port>\d{1,5})$/u

/** `127.0.0.1:8080`, `localhost:8080`, `[::1]:8080`. */
export function parseAddress(text: string): Address {
  const { six, host = six, port } = WRITTEN.exec(text)?.groups ?? {}
  const number = Number(port)
  if (host === undefined || number > PORT_MAX || (six !== undefined && !isIPv6(six))) {
    throw new CannotServe({
      message: `"${text}" is not an address to serve HTTP on`,
      hint: "write ADDRESS:PORT, like 127.0.0.1:8080 or [::1]:8080; port 0 takes any that is free",
    })
  }
  return { host: host.toLowerCase(), port: number }
}

/** Whether only this machine can reach it. A name other than localhost may be anything. */
export function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || (isIPv4(host) && host.startsWith("127."))
}

/** `::ffff:127.0.0.1` is what a socket that takes both families calls 127.0.0.1. */
export function plainAddress(address: string): string {
  return address.replace(/^::ffff:(?=\d+\.)/u, "")
}

export function urlOf({ host, port }: Address): string {
  return `http://${isIPv6(host) ? `[${host}]` : host}:${port}`
}
