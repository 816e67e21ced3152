// Refuses requests that another site's page makes with the user's cookie (CSRF).
import { AppError } from '@api-proxy/kit/error';

const SAFE = new Set(['GET', 'HEAD', 'OPTIONS']);

function originOf(url: string): string | undefined {
  return URL.canParse(url) ? new URL(url).origin : undefined;
}

function hostOf(origin: string): string | undefined {
  return URL.canParse(origin) ? new URL(origin).host : undefined;
}

/** Default ports are left out of an Origin, but may stand in Host. */
function sameHost(origin: string, host: string): boolean {
  const { protocol } = new URL(origin);
  return hostOf(origin) === hostOf(`${protocol}//${host}`);
}

/**
 * Browsers send `Sec-Fetch-Site` and `Origin` with such requests and pages can't forge them; a program that sends neither
 * has no cookie of someone else.
 * @throws AppError `cross_site` (403).
 */
export function refuseCrossSite(request: Request, publicUrl: string | null): void {
  if (SAFE.has(request.method)) return;
  const origin = request.headers.get('origin');
  const site = request.headers.get('sec-fetch-site');
  const host = request.headers.get('host') ?? '';
  const fromPublic = origin !== null && publicUrl !== null && origin === originOf(publicUrl);
  const foreign = origin !== null && !fromPublic && !(originOf(origin) && sameHost(origin, host));
  const crossed = site !== null && site !== 'same-origin' && site !== 'none';
  if (!foreign && !crossed) return;
  throw new AppError({ code: 'cross_site', status: 403, message: 'This request comes from another site.' });
}
