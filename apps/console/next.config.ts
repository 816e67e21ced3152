// How Next builds and serves the console: one origin with the API, headers, no telemetry surface.
import { join } from 'node:path';
import type { NextConfig } from 'next';
import createNextIntlPlugin from 'next-intl/plugin';

// The nonce-based Content-Security-Policy is set by the listener, which owns every response.
const securityHeaders = [
  { key: 'X-Frame-Options', value: 'DENY' },
  { key: 'X-Content-Type-Options', value: 'nosniff' },
  { key: 'Referrer-Policy', value: 'strict-origin-when-cross-origin' },
  { key: 'Permissions-Policy', value: 'camera=(), microphone=(), geolocation=(), browsing-topics=()' },
  { key: 'Cross-Origin-Opener-Policy', value: 'same-origin' },
];

const nextConfig: NextConfig = {
  poweredByHeader: false,
  devIndicators: false,
  transpilePackages: ['@api-proxy/contracts', '@api-proxy/kit'],
  turbopack: { root: join(import.meta.dirname, '../..') },
  // Types are checked by `verify` with the native compiler, which has no API for Next to call.
  typescript: { ignoreBuildErrors: true },
  headers: async () => [{ source: '/:path*', headers: securityHeaders }],
};

export default createNextIntlPlugin('./i18n/request.ts')(nextConfig);
