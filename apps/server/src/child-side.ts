// What a child with an HTTP server says to its supervisor: where it serves, or why it can't.
import type { Server } from 'node:http';
import process from 'node:process';
import { messageOf } from '@api-proxy/kit/error';

export function sayReady(server: Server): void {
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  process.send?.({ type: 'ready', port });
}

/** Says why, and ends. */
export function giveUp(thrown: unknown): void {
  if (!process.connected) process.exit(1);
  process.send?.({ type: 'fatal', message: messageOf(thrown) }, () => process.exit(1));
}
