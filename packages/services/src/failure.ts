// The failures that verbs share, each made in one place.
import { AppError } from '@api-proxy/kit/error';

export function notFound(what: string): AppError {
  return new AppError({ code: 'not_found', status: 404, message: `There is no such ${what}.` });
}

export function forbidden(message = 'You may not do this.'): AppError {
  return new AppError({ code: 'forbidden', status: 403, message });
}

export function unauthenticated(): AppError {
  return new AppError({ code: 'unauthenticated', status: 401, message: 'Sign in first.' });
}

/** `path` is dotted from the part of the request, e.g. `body.baseUrl`. */
export function invalidInput(path: string, message: string): AppError {
  return new AppError({
    code: 'invalid_input',
    status: 400,
    message: `${path}: ${message}`,
    details: { fields: [{ path, message }] },
  });
}

export function nameTaken(name: string): AppError {
  return new AppError({ code: 'name_taken', status: 409, message: `The name ${name} is taken.` });
}

export function emailTaken(): AppError {
  return new AppError({ code: 'email_taken', status: 409, message: 'Another user has this address.' });
}

const UNIQUE_VIOLATION = '23505';
const CAUSE_DEPTH = 5;

/** A deadlock that was resolved at this transaction's cost, and an order of commits that can't be kept. */
const COLLISIONS: ReadonlySet<unknown> = new Set(['40P01', '40001']);

function hasCode(thrown: unknown, wanted: (code: unknown) => boolean): boolean {
  let error = thrown;
  for (let depth = 0; depth < CAUSE_DEPTH && error instanceof Error; depth += 1) {
    if ('code' in error && wanted(error.code)) return true;
    error = error.cause;
  }
  return false;
}

/** Whether a database error, or what caused it, is a breach of a unique index. */
export function isUniqueViolation(thrown: unknown): boolean {
  return hasCode(thrown, (code) => code === UNIQUE_VIOLATION);
}

/** Whether a transaction was given up in favour of another one, and may be run again as it is. */
export function isCollision(thrown: unknown): boolean {
  return hasCode(thrown, (code) => COLLISIONS.has(code));
}

/** Runs `work`; a breach of a unique index becomes the failure that `failure` makes. */
export async function uniqueOr<T>(work: Promise<T>, failure: () => AppError): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (isUniqueViolation(error)) throw failure();
    throw error;
  }
}
