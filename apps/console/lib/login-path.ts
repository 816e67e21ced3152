// The way to the login page and back again.

/** Only paths of this site are followed after signing in: never another origin. */
export function safeReturnPath(path: string | null | undefined): string | null {
  if (!path?.startsWith('/') || path.startsWith('//') || path.includes('\\')) return null;
  return path;
}

/** The login page that leads back to `path`. */
export function loginPath(path: string): string {
  const back = safeReturnPath(path);
  return back && back !== '/dashboard' ? `/login?next=${encodeURIComponent(back)}` : '/login';
}
