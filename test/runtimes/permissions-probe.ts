/** Runs in Deno: an engine's thread that, instead of being one, tells what it may do. Sent nothing, it sends one message. */
const NAMES = ["read", "write", "net", "env", "run", "ffi", "import", "sys"] as const

interface DenoPermissions {
  readonly querySync: (descriptor: { readonly name: string; readonly kind?: string }) => { readonly state: string }
}

function isDeno(global: object): global is { readonly Deno: { readonly permissions: DenoPermissions } } {
  return "Deno" in global
}

const runtime: object = globalThis
if (!isDeno(runtime)) throw new Error("this is for Deno")
const { permissions } = runtime.Deno
const states = NAMES.map((name) => [name, permissions.querySync({ name }).state])
globalThis.postMessage(
  Object.fromEntries([...states, ["cpus", permissions.querySync({ name: "sys", kind: "cpus" }).state]]),
)
