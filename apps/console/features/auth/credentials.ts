// What the sign-in forms take, and what better-auth's answers mean.
import { z } from 'zod';
import { ApiError } from '@/lib/api-error';

const email = z.email().max(254);

/** The password rule of new accounts; the server has the same. */
export const newPassword = z.string().min(8).max(128);

export const signInForm = z.object({ email, password: z.string().min(1) });
export const registerForm = z.object({
  name: z.string().trim().min(1).max(80),
  email,
  password: newPassword,
});

export type AuthFailure = { status: number; code?: string | undefined; message?: string | undefined };

/**
 * Turns a failed answer of better-auth into the console's error.
 * Whether an address has an account is not told: a wrong address and a wrong password read the same.
 */
export function authError(
  failure: AuthFailure,
  refused: 'sign_in_refused' | 'register_refused' | 'password_refused',
): ApiError {
  if (failure.status === 0) return new ApiError(0, 'network', '');
  if (failure.status === 429) return new ApiError(429, 'too_many_requests', '');
  if (failure.status >= 500) return new ApiError(failure.status, 'internal', '');
  const code = failure.code?.toLowerCase() ?? '';
  if (code.includes('closed') || code.includes('sign_up_disabled'))
    return new ApiError(failure.status, 'registration_closed', '');
  if (code.includes('disabled') || code.includes('banned'))
    return new ApiError(failure.status, 'account_disabled', '');
  return new ApiError(failure.status, refused, '');
}
