// How guessing relay keys at the usage endpoints is slowed: so many wrong ones per address, so many questions at all.
import { AppError } from '@api-proxy/kit/error';
import type { AttemptRule, Attempts } from '../auth/attempts.ts';

const WINDOW_S = 900;
/** Questions since the last one with a right key. */
const WRONG_RULE: AttemptRule = { window: WINDOW_S, max: 30 };
/** All questions from one address, which an office may share. */
const ALL_RULE: AttemptRule = { window: WINDOW_S, max: 1_800 };

const wrongKey = (ip: string) => `key-usage:wrong:${ip}`;

/** Counts a question. @throws AppError `too_many_requests` (429) with `details.retryAfter` in seconds. */
export async function countQuestion(attempts: Attempts, ip: string | null): Promise<void> {
  if (ip === null) return;
  const verdicts = [
    await attempts.consume(wrongKey(ip), WRONG_RULE),
    await attempts.consume(`key-usage:all:${ip}`, ALL_RULE),
  ];
  const refused = verdicts.filter(({ allowed }) => !allowed);
  if (refused.length === 0) return;
  const retryAfter = Math.max(...refused.map((verdict) => verdict.retryAfter ?? WINDOW_S));
  throw new AppError({
    code: 'too_many_requests',
    status: 429,
    message: 'Too many questions about usage from this address. Try again later.',
    details: { retryAfter },
  });
}

/** A right key was given: this address is not guessing. */
export async function rightKey(attempts: Attempts, ip: string | null): Promise<void> {
  if (ip !== null) await attempts.forget(wrongKey(ip));
}
