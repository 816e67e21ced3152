// The room of the model catalogue.
import { listCatalog, listModels } from '@api-proxy/contracts/models';
import type { Metadata } from 'next';
import { getTranslations } from 'next-intl/server';
import { Prefetch } from '@/lib/prefetch';
import { read } from '@/lib/server-api';
import { requireAdmin } from '@/lib/session';
import { ModelsClient } from './client';

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations('models'))('title') };
}

export default async function ModelsPage() {
  await requireAdmin('/admin/models');
  return (
    <Prefetch reads={[read(listModels), read(listCatalog)]}>
      <ModelsClient />
    </Prefetch>
  );
}
