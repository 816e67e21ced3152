// Fetches reads on the server and hands them to the client components inside.
import 'server-only';
import { dehydrate, HydrationBoundary, QueryClient } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import type { Read } from './server-api';

/** A read that fails here is left to the client, which shows the error with a retry. */
export async function Prefetch({ reads, children }: { reads: readonly Read[]; children: ReactNode }) {
  const client = new QueryClient({ defaultOptions: { queries: { retry: false } } });
  await Promise.all(reads.map((one) => client.prefetchQuery(one)));
  return <HydrationBoundary state={dehydrate(client)}>{children}</HydrationBoundary>;
}
