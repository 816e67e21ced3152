// Connects sockets, and asks the look-up about literal addresses too: Node asks it about names only.
import { isIP, type LookupFunction } from 'node:net';
import { buildConnector } from 'undici';

export type ConnectorOptions = {
  readonly connectTimeoutMs: number;
  /** Finds, and may refuse, the address to connect to; default: the system's resolver. */
  readonly lookup?: LookupFunction | undefined;
  /** Offer HTTP/2 in the TLS handshake. */
  readonly http2: boolean;
};

/** What undici calls for each new connection. A refused address is no connection: the look-up's error ends the request. */
export function connectorOf({ connectTimeoutMs, lookup, http2 }: ConnectorOptions): buildConnector.connector {
  const connect = buildConnector({
    timeout: connectTimeoutMs,
    noDelay: true,
    allowH2: http2,
    ...(lookup ? { lookup } : {}),
  });
  if (!lookup) return connect;
  return (options, callback) => {
    const address = options.hostname.replace(/^\[|\]$/g, '');
    if (isIP(address) === 0) return connect(options, callback);
    lookup(address, { all: true }, (refusal) => {
      if (refusal) callback(refusal, null);
      else connect(options, callback);
    });
  };
}
