// A failure with a stable code and a text that may be shown; the cause stays private (logs only).

export type Failure = {
  /** Stable, snake_case, part of the public contract. */
  code: string;
  /** HTTP status that fits the failure. */
  status: number;
  /** A sentence that may be shown to whoever called. */
  message: string;
  /** Facts for the caller (field names, limits); never secrets. */
  details?: Record<string, unknown>;
  cause?: unknown;
};

export class AppError extends Error {
  readonly code: string;
  readonly status: number;
  readonly details: Record<string, unknown> | undefined;

  constructor(failure: Failure) {
    super(failure.message, failure.cause === undefined ? undefined : { cause: failure.cause });
    this.name = 'AppError';
    this.code = failure.code;
    this.status = failure.status;
    this.details = failure.details;
  }
}

/** The message of whatever was thrown, for logs. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}

/** Marks a branch that the types say can't be reached. */
export function unreachable(value: never): never {
  throw new Error(`unreachable: ${String(value)}`);
}
