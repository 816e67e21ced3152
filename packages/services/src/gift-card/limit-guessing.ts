// How guessing gift card codes is slowed: so many attempts per user and per address in a quarter of an hour.
import { AppError } from '@api-proxy/kit/error';
import type { AttemptRule, Attempts } from '../auth/attempts.ts';
import type { Actor } from '../context.ts';

const WINDOW_S = 900;
/** Wrong codes of one user; a right one starts the count anew. */
const USER_RULE: AttemptRule = { window: WINDOW_S, max: 10 };
/** All attempts from one address, which an office may share. */
const ADDRESS_RULE: AttemptRule = { window: WINDOW_S, max: 60 };

const userKey = (actor: Actor) => `gift-card:user:${actor.userId}`;

/** Counts an attempt. @throws AppError `too_many_requests` (429) with `details.retryAfter` in seconds. */
export async function countAttempt(attempts: Attempts, actor: Actor): Promise<void> {
  const verdicts = [await attempts.consume(userKey(actor), USER_RULE)];
  if (actor.ip !== null) verdicts.push(await attempts.consume(`gift-card:address:${actor.ip}`, ADDRESS_RULE));
  const refused = verdicts.filter(({ allowed }) => !allowed);
  if (refused.length === 0) return;
  const retryAfter = Math.max(...refused.map((verdict) => verdict.retryAfter ?? WINDOW_S));
  throw new AppError({
    code: 'too_many_requests',
    status: 429,
    message: `Too many attempts. Try again in ${Math.ceil(retryAfter / 60)} minutes.`,
    details: { retryAfter },
  });
}

/** A right code was given: this user is not guessing. */
export async function forgetAttempts(attempts: Attempts, actor: Actor): Promise<void> {
  await attempts.forget(userKey(actor));
}
