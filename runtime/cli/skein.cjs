#!/usr/bin/env node
/**
 * The `skein` command. Plain old JavaScript, so that a Node that is too old can still say so. In a clone, which brings
 * its own Node, that one takes over; in the published package the compiled files are beside this one.
 */
"use strict"

var fs = require("fs")
var path = require("path")

var MIN_MAJOR = 22
var MIN_MINOR = 18

var root = path.join(__dirname, "..", "..")
var source = path.join(__dirname, "main.ts")
var ownNode = path.join(root, "node_modules", ".bin", "node")
var inClone = fs.existsSync(source)

var parts = process.versions.node.split(".").map(Number)
var recent = parts[0] > MIN_MAJOR || (parts[0] === MIN_MAJOR && parts[1] >= MIN_MINOR)
var runtimeOfItsOwn = Boolean(process.versions.bun || process.versions.deno)

if (inClone && !fs.existsSync(path.join(root, "node_modules")))
  fail("the packages are not installed", "run npm ci in " + root)
else if (recent || runtimeOfItsOwn) run()
else if (inClone && fs.existsSync(ownNode)) runWithOwnNode()
else tooOld()

function run() {
  keepCompiledCode()
  var main = inClone ? source : path.join(root, "dist", "runtime", "cli", "main.js")
  import(require("url").pathToFileURL(main).href)
    .then(function (module) {
      return module.main(process.argv.slice(2))
    })
    .catch(function (error) {
      fail(String((error && error.message) || error), "the installation seems to be damaged: install it again")
    })
}

/**
 * Node and Bun keep what they compiled between runs: everything starts in half the time. In a folder of the user's own,
 * since who can write there decides what runs; the one that they would take lies where everybody can write.
 */
function keepCompiledCode() {
  var nodeModule = require("module")
  if (!nodeModule.enableCompileCache) return
  var home = process.env.HOME || process.env.USERPROFILE
  var caches = process.env.XDG_CACHE_HOME || (home && path.join(home, ".cache"))
  var folder = process.env.NODE_COMPILE_CACHE || (caches && path.join(caches, "skein", "code"))
  if (folder) nodeModule.enableCompileCache(folder)
}

function runWithOwnNode() {
  var child = require("child_process").spawn(ownNode, [__filename].concat(process.argv.slice(2)), { stdio: "inherit" })
  // A terminal sends Ctrl-C to both: the child cancels its query, this process waits for it. A signal of another
  // process reaches this one alone and is passed on.
  process.on("SIGINT", function () {
    if (!process.stdin.isTTY) child.kill("SIGINT")
  })
  process.on("SIGTERM", function () {
    child.kill("SIGTERM")
  })
  child.on("error", function (error) {
    fail("cannot start " + ownNode + ": " + error.message, "run npm ci in " + root)
  })
  child.on("exit", function (code, signal) {
    process.exit(signal === null ? code : 128 + (require("os").constants.signals[signal] || 0))
  })
}

function tooOld() {
  fail(
    "skein needs Node " + MIN_MAJOR + "." + MIN_MINOR + " or newer, this is " + process.versions.node,
    "install a newer one from https://nodejs.org",
  )
}

function fail(message, hint) {
  process.stderr.write("error: " + message + "\n  " + hint + "\n")
  process.exit(2)
}
