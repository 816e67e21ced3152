// The parsed client request: what the steps after reading work with.
import type { RequestFacts } from '@api-proxy/protocols/request';

export type Call = RequestFacts & {
  /** Decoded body, exactly as the client wrote it. */
  readonly body: Buffer;
};
