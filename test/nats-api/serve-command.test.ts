import { spawn, type ChildProcess } from "node:child_process"
import { once } from "node:events"
import * as path from "node:path"
import { text } from "node:stream/consumers"
import { connect } from "nats"
import { afterEach, expect, test } from "vitest"
import { describeWith } from "../servers/needs-server.ts"
import { ask } from "./plain-client.ts"
import { openStage } from "./serve.ts"

/** `skein serve --nats` as a process. */

const bin = path.resolve(import.meta.dirname, "../../runtime/cli/skein.cjs")
const stage = openStage()
afterEach(stage.end)

function serve(...args: readonly string[]): ChildProcess {
  const child = spawn(process.execPath, [bin, "serve", "--workers", "1", ...args], {
    stdio: ["ignore", "pipe", "pipe"],
  })
  stage.onEnd(async () => void child.kill("SIGKILL"))
  return child
}

async function ended(child: ChildProcess) {
  if (child.stdout === null || child.stderr === null) throw new Error("its output should be piped")
  const [out, err, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, "close")])
  return { code, out, err }
}

describeWith("nats-server", "skein serve --nats", () => {
  test("answers over NATS alone, until it is told to stop", async () => {
    const server = await stage.server()
    const child = serve("--nats", server.url, "--cluster", "blue")
    if (child.stderr === null) throw new Error("its output should be piped")
    const [line] = await once(child.stderr, "data")
    expect(String(line)).toBe(`skein answers on blue.v1.query at 127.0.0.1:${server.port}, without data\n`)
    const client = await connect({ servers: server.url })
    stage.onEnd(() => client.close())
    const { last } = await ask(client, { sql: "SELECT 1 AS one" }, { subject: "blue.v1.query" })
    expect(last["Skein-Rows"]).toBe("1")
    const over = ended(child)
    child.kill("SIGTERM")
    expect(await over).toEqual({ code: 0, out: "", err: "stopping: what runs may end\n" })
  })

  test("no server there is exit code 3, a bad URL 2", async () => {
    const server = await stage.server()
    await server.stop()
    expect(await ended(serve("--nats", server.url))).toMatchObject({
      code: 3,
      err: expect.stringContaining(`cannot connect to NATS at 127.0.0.1:${server.port}`),
    })
    expect(await ended(serve("--nats", "http://x"))).toMatchObject({
      code: 2,
      err: expect.stringContaining('a NATS URL starts with "http://"; only nats:// and tls:// are known'),
    })
  })
})
