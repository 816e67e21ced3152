#!/usr/bin/env node
// Entry of `npm start`, `npm test` and every other root command: prepares the checkout, then runs the command.
import process from 'node:process';

const OLDEST_NODE = 18;
const major = Number(process.versions.node.split('.')[0]);

if (major < OLDEST_NODE) {
  process.stderr.write(
    `api-proxy: Node ${process.versions.node} is too old to start the launcher. ` +
      `Install Node ${OLDEST_NODE} or newer (https://nodejs.org), then run the command again; ` +
      'the Node that runs the server is installed by the launcher itself.\n',
  );
  process.exitCode = 1;
} else {
  const { main } = await import('./launch/main.mjs');
  process.exitCode = await main(process.argv.slice(2));
}
