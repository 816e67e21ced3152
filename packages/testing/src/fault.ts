// Failures the fake can answer with, named by cause; each protocol's error table gives them a wire shape.

export type FaultKind =
  | 'invalid'
  | 'missing-field'
  | 'bad-json'
  | 'auth'
  | 'billing'
  | 'permission'
  | 'not-found'
  | 'model-not-found'
  | 'too-large'
  | 'rate-limit'
  | 'quota'
  | 'server'
  | 'bad-gateway'
  | 'unavailable'
  | 'timeout'
  | 'overloaded'
  | 'context'
  | 'signature'
  | 'capacity';

export interface Fault {
  readonly kind: FaultKind;
  /** Status to send instead of the kind's usual one. */
  readonly status?: number;
  /** Text to send instead of the kind's usual one. */
  readonly message?: string;
  /** The request field at fault. */
  readonly param?: string;
}

/** What one kind of fault looks like on the wire of one provider. */
export interface FaultRow {
  readonly status: number;
  readonly type: string;
  readonly code: string | null;
  readonly message: string;
}

const BY_STATUS: ReadonlyMap<number, FaultKind> = new Map([
  [400, 'invalid'],
  [401, 'auth'],
  [402, 'billing'],
  [403, 'permission'],
  [404, 'model-not-found'],
  [413, 'too-large'],
  [429, 'rate-limit'],
  [500, 'server'],
  [502, 'bad-gateway'],
  [503, 'unavailable'],
  [504, 'timeout'],
  [529, 'overloaded'],
]);

export const FAULT_KINDS: readonly FaultKind[] = [
  'invalid',
  'missing-field',
  'bad-json',
  'auth',
  'billing',
  'permission',
  'not-found',
  'model-not-found',
  'too-large',
  'rate-limit',
  'quota',
  'server',
  'bad-gateway',
  'unavailable',
  'timeout',
  'overloaded',
  'context',
  'signature',
  'capacity',
];

export const FAULT_STATUSES: readonly number[] = [...BY_STATUS.keys()];

/** The usual fault of a status; other 4xx are `invalid`, other 5xx `server`. */
export function faultOfStatus(status: number): Fault {
  return { kind: BY_STATUS.get(status) ?? (status < 500 ? 'invalid' : 'server'), status };
}

export function isFaultKind(text: string): text is FaultKind {
  return FAULT_KINDS.some((kind) => kind === text);
}
