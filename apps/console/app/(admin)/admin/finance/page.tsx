// The room of the money: totals, whether the books agree, re-pricing.
import { getFinanceTotals, listReconciliations, listRepricings } from '@api-proxy/contracts/finance';
import type { Metadata } from 'next';
import { getTranslations } from 'next-intl/server';
import { Prefetch } from '@/lib/prefetch';
import { read } from '@/lib/server-api';
import { requireAdmin } from '@/lib/session';
import { FinanceClient } from './client';

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations('finance'))('title') };
}

export default async function FinancePage() {
  await requireAdmin('/admin/finance');
  return (
    <Prefetch reads={[read(getFinanceTotals), read(listReconciliations), read(listRepricings)]}>
      <FinanceClient />
    </Prefetch>
  );
}
