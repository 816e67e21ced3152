// Who is looking: read once per request, and the guards that pages start with.
import 'server-only';
import { getSite } from '@api-proxy/contracts/site';
import { getMe, type Me } from '@api-proxy/contracts/users';
import { notFound, redirect } from 'next/navigation';
import { cache } from 'react';
import { ApiError } from './api-error';
import { loginPath } from './login-path';
import { serverCall } from './server-api';

/** The signed-in user, or `null`. @throws ApiError when the API can't be asked. */
export const viewer = cache(async (): Promise<Me | null> => {
  try {
    return await serverCall(getMe);
  } catch (error) {
    if (error instanceof ApiError && (error.status === 401 || error.status === 403)) return null;
    throw error;
  }
});

/** What this installation is called, where clients reach it, and whether it still needs its first user. */
export const site = cache(() => serverCall(getSite));

/** Guard of the pages of a signed-in user; `path` is where to come back to. */
export async function requireUser(path: string): Promise<Me> {
  const me = await viewer();
  if (me) return me;
  const { setupNeeded } = await site();
  redirect(setupNeeded ? '/setup' : loginPath(path));
}

/** Guard of the admin pages: others are told the page does not exist. */
export async function requireAdmin(path: string): Promise<Me> {
  const me = await requireUser(path);
  if (me.role === 'user') notFound();
  return me;
}
