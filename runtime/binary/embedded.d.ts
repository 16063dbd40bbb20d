/** What an import with `{ type: "file" }` gives: a path inside the executable. */
declare module "*.wasm" {
  const path: string
  export default path
}

/** `build.mjs` puts the package's version in its place. */
declare const SKEIN_VERSION: string
