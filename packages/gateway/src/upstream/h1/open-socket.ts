// Opens a socket to an upstream, plain or TLS, and asks the look-up about literal addresses too.
import { connect as connectPlain, isIP, type LookupFunction, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';

export type Origin = {
  readonly secure: boolean;
  /** Name or address, without brackets. */
  readonly hostname: string;
  readonly port: number;
  /** As it stands in the `host` header. */
  readonly host: string;
};

export type OpenSocketInput = {
  readonly origin: Origin;
  /** Finds, and may refuse, the address to connect to; default: the system's resolver. */
  readonly lookup: LookupFunction | undefined;
  /** A TLS session to take up again. */
  readonly session: Buffer | undefined;
  /** Told of each read, before the next; the bytes are valid only until it returns. */
  readonly onBytes: (bytes: Buffer) => void;
};

const KEEP_ALIVE_PROBE_MS = 60_000;
/**
 * All sockets read into this one: a read is told of before the next begins, so nobody needs one of its own.
 * A thousand streams cost no thousand buffers that way.
 */
/** A read of this many bytes may not have been all there was. */
export const LARGEST_READ = 64 * 1024;
const READ_BUFFER = Buffer.allocUnsafeSlow(LARGEST_READ);

/** @throws TypeError when it is no http(s) address */
export function originOf(address: string): Origin {
  const { protocol, hostname, port, host } = new URL(address);
  if (protocol !== 'http:' && protocol !== 'https:') throw new TypeError('An upstream speaks http or https.');
  const secure = protocol === 'https:';
  return {
    secure,
    hostname: hostname.replace(/^\[|\]$/g, ''),
    port: Number(port) || (secure ? 443 : 80),
    host,
  };
}

/** Calls back with a socket that is connecting, or, never before it returns, with the look-up's refusal of a literal address. */
export function openSocket(input: OpenSocketInput, opened: (socket: Socket | Error) => void): void {
  const { origin, lookup } = input;
  // Node asks the look-up about names only.
  if (!lookup || isIP(origin.hostname) === 0) opened(connect(input));
  else
    lookup(origin.hostname, { all: true }, (refusal) =>
      process.nextTick(() => opened(refusal ?? connect(input))),
    );
}

function connect({ origin, lookup, session, onBytes }: OpenSocketInput): Socket {
  const { hostname: host, port, secure } = origin;
  const options = {
    ...{ host, port },
    ...(lookup ? { lookup } : {}),
    onread: {
      buffer: READ_BUFFER,
      callback: (bytes: number): boolean => {
        const read = READ_BUFFER.subarray(0, bytes);
        // What is written to a TLS socket may make it read; nothing may change under the reader's hands.
        onBytes(secure ? Buffer.from(read) : read);
        return true;
      },
    },
  };
  if (!secure) return tuned(connectPlain(options));
  return tuned(
    connectTls({
      ...options,
      ALPNProtocols: ['http/1.1'],
      ...(isIP(host) === 0 ? { servername: host } : {}),
      ...(session ? { session } : {}),
    }),
  );
}

function tuned(socket: Socket): Socket {
  return socket.setNoDelay(true).setKeepAlive(true, KEEP_ALIVE_PROBE_MS);
}
