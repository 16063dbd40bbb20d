/** Exit codes of the command; the README has the same table. */
export const EXIT_DONE = 0
export const EXIT_FAILED = 1
export const EXIT_USAGE = 2
export const EXIT_CANNOT_CONNECT = 3
export const EXIT_INTERRUPTED = 130

/** Nobody reads standard output any more (`| head`): what runs is cancelled, and that is no error. */
export class OutputClosed extends Error {
  constructor() {
    super("standard output was closed")
  }
}
