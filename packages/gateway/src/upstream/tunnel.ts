// The way through an http(s) proxy: connection, CONNECT and the handshake with the upstream, all within the connect deadline.
import type { Socket } from 'node:net';
import { buildConnector } from 'undici';
import { type ConnectorOptions, connectorOf } from './connector.ts';
import { Unreachable } from './handler.ts';

/** Of a proxy's answer to CONNECT; nobody has more to say in a head. */
const LARGEST_HEAD = 16 * 1024;
const STATUS_LINE = /^HTTP\/1\.[01] (\d{3})[ \r]/;

/**
 * What undici calls for each new connection; the look-up is asked about the proxy, which finds the upstream itself.
 * @throws TypeError when the proxy's address is none, URIError when its credentials can't be read
 */
export function tunnelOf(proxyUrl: string, options: ConnectorOptions): buildConnector.connector {
  const parts: Parts = {
    proxy: proxyOf(proxyUrl),
    connectTimeoutMs: options.connectTimeoutMs,
    toProxy: connectorOf({ ...options, http2: false }),
    // The deadline is the tunnel's.
    toUpstream: buildConnector({ timeout: 0, allowH2: options.http2 }),
  };
  return (upstream, callback) => new Tunnel({ parts, upstream, callback }).open();
}

type Proxy = {
  readonly address: buildConnector.Options;
  /** The header line that says who asks, or nothing. */
  readonly authorization: string;
};

type Parts = {
  readonly proxy: Proxy;
  readonly connectTimeoutMs: number;
  readonly toProxy: buildConnector.connector;
  readonly toUpstream: buildConnector.connector;
};

function proxyOf(proxyUrl: string): Proxy {
  const { protocol, host, hostname, port, username, password } = new URL(proxyUrl);
  if (protocol !== 'http:' && protocol !== 'https:') throw new TypeError('A proxy speaks http or https.');
  const bare = hostname.replace(/^\[|\]$/g, '');
  const named = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  const authorization =
    username === '' ? '' : `proxy-authorization: Basic ${Buffer.from(named).toString('base64')}\r\n`;
  return { address: { protocol, host, hostname: bare, port }, authorization };
}

type TunnelInput = {
  readonly parts: Parts;
  readonly upstream: buildConnector.Options;
  readonly callback: buildConnector.Callback;
};

/** One that is being opened. What goes wrong is told once, in words that hold no credential. */
class Tunnel {
  readonly #input: TunnelInput;
  #socket: Socket | null = null;
  #timer: NodeJS.Timeout | undefined;
  #answer = '';
  #over = false;

  constructor(input: TunnelInput) {
    this.#input = input;
  }

  open(): void {
    const { proxy, connectTimeoutMs, toProxy } = this.#input.parts;
    this.#timer = setTimeout(() => this.#late(), connectTimeoutMs);
    toProxy(proxy.address, (error, socket) => {
      if (error) this.#fail(new Unreachable(`The proxy could not be reached: ${error.message}`));
      // Its own deadline, which is coarser, had not noticed yet.
      else if (this.#over) socket.destroy();
      else this.#ask(socket);
    });
  }

  readonly #onReadable = (): void => this.#read();
  readonly #onClose = (): void =>
    this.#fail(new Unreachable('The proxy closed the connection before it had answered.'));

  #ask(socket: Socket): void {
    const { upstream, parts } = this.#input;
    this.#socket = socket;
    // Errors have a listener: the connector's, which stays.
    socket.on('readable', this.#onReadable).once('close', this.#onClose);
    const { host = upstream.hostname, port, protocol } = upstream;
    const authority = port ? host : `${host}:${protocol === 'https:' ? 443 : 80}`;
    const { authorization } = parts.proxy;
    socket.write(`CONNECT ${authority} HTTP/1.1\r\nhost: ${authority}\r\n${authorization}\r\n`, 'latin1');
  }

  #read(): void {
    const socket = this.#socket;
    if (socket === null || this.#over) return;
    for (let bytes: Buffer | null = socket.read(); bytes !== null; bytes = socket.read())
      this.#answer += bytes.toString('latin1');
    const end = this.#answer.indexOf('\r\n\r\n');
    if (end === -1 && this.#answer.length <= LARGEST_HEAD) return;
    const status = STATUS_LINE.exec(this.#answer)?.[1];
    if (end === -1 || status === undefined) this.#fail(new Unreachable('The proxy did not answer in HTTP.'));
    else if (!status.startsWith('2'))
      this.#fail(new Unreachable(`The proxy refused the connection with status ${status}.`));
    // Upstreams don't speak first, with or without TLS: this is not theirs.
    else if (this.#answer.length > end + 4)
      this.#fail(new Unreachable('The proxy sent more than its answer.'));
    else this.#secure(socket);
  }

  #secure(httpSocket: Socket): void {
    const { parts, upstream } = this.#input;
    httpSocket.off('readable', this.#onReadable).off('close', this.#onClose);
    if (upstream.protocol !== 'https:') this.#succeed(httpSocket);
    else
      parts.toUpstream({ ...upstream, httpSocket }, (error, socket) => {
        if (error) this.#fail(error);
        else this.#succeed(socket);
      });
  }

  #late(): void {
    this.#fail(new Unreachable('The way through the proxy did not open in time.'));
  }

  #succeed(socket: Socket): void {
    if (this.#over) return;
    this.#over = true;
    clearTimeout(this.#timer);
    this.#input.callback(null, socket);
  }

  #fail(error: Error): void {
    if (this.#over) return;
    this.#over = true;
    clearTimeout(this.#timer);
    this.#socket?.destroy();
    this.#input.callback(error, null);
  }
}
