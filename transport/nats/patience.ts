/** How long closing waits for the server to take what was published. */
const CLOSE_FLUSH_MS_MAX = 1_000

/** Settles with `work`, however it ends, or when closing has waited long enough for a server that does not answer. */
export async function patiently(work: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const patience = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, CLOSE_FLUSH_MS_MAX)
  })
  // A flush that fails says that the connection is gone: there is nothing left to wait for.
  await Promise.race([work.catch(() => undefined), patience])
  clearTimeout(timer)
}
