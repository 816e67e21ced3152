// A failure to be shown to a client, before it has the shape of a dialect.

export type Fault = {
  /** HTTP status; also decides the dialect's error type. */
  readonly status: number;
  /** Stable code of the relay, e.g. `model_unknown`. */
  readonly code: string;
  readonly message: string;
  /** The request field at fault, when there is one. */
  readonly param: string | null;
  readonly requestId: string;
};

/** What an upstream said went wrong; each part may be missing. */
export type UpstreamError = {
  readonly type: string | null;
  readonly code: string | null;
  readonly message: string;
};
