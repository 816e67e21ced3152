// What every client component may rely on: queries, theme, URL state, tooltips, toasts.
'use client';
import { MutationCache, QueryCache, QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { ThemeProvider } from 'next-themes';
import { NuqsAdapter } from 'nuqs/adapters/next/app';
import { type ReactNode, useState } from 'react';
import { Toaster } from '@/components/ui/toaster';
import { TooltipProvider } from '@/components/ui/tooltip';
import { ApiError } from '@/lib/api-error';
import { loginPath } from '@/lib/login-path';

const PUBLIC = ['/', '/login', '/register', '/setup'];

// A session that ended while a page was open: back to the login page, and from there back here.
function onError(error: unknown) {
  if (!(error instanceof ApiError) || error.status !== 401 || PUBLIC.includes(location.pathname)) return;
  location.assign(loginPath(location.pathname + location.search));
}

function createClient() {
  return new QueryClient({
    queryCache: new QueryCache({ onError }),
    mutationCache: new MutationCache({ onError }),
    defaultOptions: {
      queries: {
        staleTime: 15_000,
        retry: (count, error) =>
          count < 2 && !(error instanceof ApiError && error.status >= 400 && error.status < 500),
      },
    },
  });
}

/** `nonce` lets the theme's inline script pass the Content-Security-Policy. */
export function Providers({ nonce, children }: { nonce: string | undefined; children: ReactNode }) {
  const [client] = useState(createClient);
  return (
    <QueryClientProvider client={client}>
      <ThemeProvider
        attribute="class"
        defaultTheme="system"
        enableSystem
        disableTransitionOnChange
        {...(nonce === undefined ? {} : { nonce })}
      >
        <NuqsAdapter>
          <TooltipProvider delayDuration={250} skipDelayDuration={100}>
            {children}
            <Toaster />
          </TooltipProvider>
        </NuqsAdapter>
      </ThemeProvider>
    </QueryClientProvider>
  );
}
