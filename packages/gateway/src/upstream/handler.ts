// What a request to an upstream tells, and how it is steered, whichever client carries it.
import type { IncomingHttpHeaders } from 'node:http';

export type UpstreamControl = {
  /** No more bytes until {@link UpstreamControl.resume}; those of the read under way still come. */
  pause(): void;
  resume(): void;
  /** Closes the socket at once. */
  abort(reason: Error): void;
};

/** Told in this order: start, head (informational ones too), data …, then end or error. */
export type UpstreamHandler = {
  onRequestStart(control: UpstreamControl): void;
  /** Names in lower case; a name that came more than once has its values in a list. */
  onResponseStart(control: UpstreamControl, status: number, headers: IncomingHttpHeaders): void;
  /** The bytes are the handler's own. */
  onResponseData(control: UpstreamControl, chunk: Buffer): void;
  onResponseEnd(): void;
  onResponseError(control: UpstreamControl, error: Error): void;
};

/** Every connection to the origin is in use: nothing was sent, and nothing is the upstream's fault. */
export class PoolFull extends Error {
  constructor() {
    super('Every connection to the upstream is in use.');
  }
}

/** There is no way to the upstream: nothing was sent. Its text may be shown to admins. */
export class Unreachable extends Error {}

/** Why a request was aborted: nothing came in time. Its connection may be dead without anybody having said so. */
export class Silence extends Error {}

export type UpstreamMethod = 'GET' | 'POST' | 'DELETE';
