// One's own keys.
import { listKeys } from '@api-proxy/contracts/keys';
import { listAvailableModels } from '@api-proxy/contracts/usage';
import type { Metadata } from 'next';
import { getTranslations } from 'next-intl/server';
import { Prefetch } from '@/lib/prefetch';
import { read } from '@/lib/server-api';
import { requireUser } from '@/lib/session';
import { KeysClient } from './client';

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations('nav');
  return { title: t('keys') };
}

export default async function KeysPage() {
  await requireUser('/keys');
  return (
    <Prefetch reads={[read(listKeys, { query: {} }), read(listAvailableModels)]}>
      <KeysClient />
    </Prefetch>
  );
}
