// Servers of a test on loopback ports, closed together with whatever else it opened.
import { once } from 'node:events';
import { Server as HttpServer } from 'node:http';
import type { Server } from 'node:net';

export type Loopback = {
  /** What `close` runs, in the order in which they were added. */
  readonly closers: (() => void)[];
  /** For after each case. */
  close(): void;
  /** Listens on a free port and gives it. */
  listening(server: Server): Promise<number>;
};

export function loopback(): Loopback {
  const closers: (() => void)[] = [];
  return {
    closers,
    close() {
      for (const end of closers.splice(0)) end();
    },
    async listening(server) {
      server.listen(0, '127.0.0.1');
      await once(server, 'listening');
      closers.push(() => {
        server.close();
        if (server instanceof HttpServer) server.closeAllConnections();
      });
      const address = server.address();
      return typeof address === 'object' && address !== null ? address.port : 0;
    },
  };
}
