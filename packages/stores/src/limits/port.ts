// Request, token and concurrency limits as one act: everything a request needs is taken together, or nothing is.

/** `amount` out of `max` within the last minute. */
export type WindowTake = { readonly key: string; readonly max: number; readonly amount: number };

/** One of `max` parallel places. */
export type SlotTake = { readonly key: string; readonly max: number };

export type LimitRequest = {
  /** Who holds what is taken; the request id. */
  readonly holder: string;
  readonly windows: readonly WindowTake[];
  readonly slots: readonly SlotTake[];
  readonly nowMs: number;
};

/** What a limit has left after the taking, in the order of the request's windows. */
export type WindowState = {
  readonly key: string;
  readonly max: number;
  readonly remaining: number;
  readonly resetMs: number;
};

export type LimitVerdict =
  | { readonly ok: true; readonly windows: readonly WindowState[] }
  | { readonly ok: false; readonly key: string; readonly max: number; readonly retryAfterMs: number };

export type LimitRelease = {
  readonly holder: string;
  /** Keys of the slots to give back. */
  readonly slots: readonly string[];
  /** Corrections of windows at the time of the taking: what was really used minus what was taken. */
  readonly windows: readonly { readonly key: string; readonly delta: number; readonly takenAtMs: number }[];
  readonly nowMs: number;
};

export type LimitStore = {
  /** Windows are exact to the second and never admit more than `max` in any minute. */
  takeAll(request: LimitRequest): LimitVerdict | Promise<LimitVerdict>;
  /** Gives slots back and corrects windows; a second release of the same holder changes nothing. Never throws. */
  release(release: LimitRelease): void;
  /** Places of a slot key in use now. */
  inUse(key: string, nowMs: number): number | Promise<number>;
  close(): Promise<void>;
};

export const WINDOW_MS = 60_000;
/** How long a caller that is over its number of parallel calls is asked to wait. */
export const PLACE_RETRY_MS = 1_000;
