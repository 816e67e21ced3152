// The room of the prices.
import { listPrices } from '@api-proxy/contracts/prices';
import type { Metadata } from 'next';
import { getTranslations } from 'next-intl/server';
import { Prefetch } from '@/lib/prefetch';
import { read } from '@/lib/server-api';
import { requireAdmin } from '@/lib/session';
import { PricesClient } from './client';

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations('prices'))('title') };
}

export default async function PricesPage() {
  await requireAdmin('/admin/prices');
  return (
    <Prefetch reads={[read(listPrices)]}>
      <PricesClient />
    </Prefetch>
  );
}
