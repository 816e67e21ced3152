// The way out to one peer: writes with backpressure, counts what left, and ends every wait when the peer goes.
import type { ServerResponse } from 'node:http';
import type { WitnessRecord } from './witness.ts';

export interface Outlet {
  readonly gone: () => boolean;
  /** Waits `ms` milliseconds, less when the peer goes. */
  readonly wait: (ms: number) => Promise<void>;
  /** Waits until the peer goes. */
  readonly waitForPeerToGo: () => Promise<void>;
  /** Resolves when the socket takes more, or the peer is gone. */
  readonly write: (bytes: string | Buffer) => Promise<void>;
  /** Lets already written bytes leave as a chunk of their own. */
  readonly breathe: () => Promise<void>;
  /** Ends the body, with `last` bytes if given; resolves when all was handed to the system, or the peer is gone. */
  readonly end: (last?: string | Buffer) => Promise<void>;
  /** Destroys the connection; `hard` sends a reset. */
  readonly destroy: (hard: boolean) => void;
}

interface Presence {
  readonly gone: () => boolean;
  readonly leave: () => void;
  /** Resolves when `arm`'s resolve is called or the peer leaves; what `arm` gives undoes it. */
  readonly until: (arm: (resolve: () => void) => () => void) => Promise<void>;
}

/** Whether the peer is there, and waits that end when it leaves. */
function presence(): Presence {
  let gone = false;
  const wakers = new Set<() => void>();
  return {
    gone: () => gone,
    leave() {
      gone = true;
      for (const waker of [...wakers]) waker();
    },
    until(arm) {
      if (gone) return Promise.resolve();
      const { promise, resolve } = Promise.withResolvers<void>();
      const disarm = arm(resolve);
      wakers.add(resolve);
      return promise.finally(() => {
        disarm();
        wakers.delete(resolve);
      });
    },
  };
}

/** `onGone` is called once when the peer, not the fake, ends the connection before the answer was finished. */
export function outletOf(response: ServerResponse, record: WitnessRecord, onGone: () => void): Outlet {
  let destroyed = false;
  const { gone, leave, until } = presence();
  response.once('close', () => {
    if (!response.writableFinished) {
      record.bytesSent = Math.max(0, record.bytesSent - response.writableLength);
      if (!destroyed) onGone();
    }
    leave();
  });
  response.on('error', () => undefined);
  const count = (bytes: string | Buffer) => {
    record.bytesSent += typeof bytes === 'string' ? Buffer.byteLength(bytes) : bytes.length;
  };
  return {
    gone,
    wait: (ms) =>
      until((resolve) => {
        const timer = setTimeout(resolve, ms);
        return () => clearTimeout(timer);
      }),
    waitForPeerToGo: () => until(() => () => undefined),
    write(bytes) {
      if (gone()) return Promise.resolve();
      count(bytes);
      if (response.write(bytes)) return Promise.resolve();
      return until((resolve) => {
        response.once('drain', resolve);
        return () => response.off('drain', resolve);
      });
    },
    breathe: () => {
      const { promise, resolve } = Promise.withResolvers<void>();
      setImmediate(resolve);
      return promise;
    },
    end: (last = '') =>
      until((resolve) => {
        count(last);
        response.end(last, resolve);
        return () => undefined;
      }),
    destroy(hard) {
      destroyed = true;
      if (hard) response.socket?.resetAndDestroy();
      else response.socket?.destroy();
    },
  };
}
