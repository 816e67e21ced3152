// One's own account.
import { listLedger } from '@api-proxy/contracts/ledger';
import type { Metadata } from 'next';
import { getTranslations } from 'next-intl/server';
import { Prefetch } from '@/lib/prefetch';
import { read } from '@/lib/server-api';
import { requireUser } from '@/lib/session';
import { AccountClient } from './client';

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations('nav');
  return { title: t('account') };
}

export default async function AccountPage() {
  await requireUser('/account');
  return (
    <Prefetch reads={[read(listLedger, { query: {} })]}>
      <AccountClient />
    </Prefetch>
  );
}
