// The room of the settings.
import { getSettings } from '@api-proxy/contracts/settings';
import type { Metadata } from 'next';
import { getTranslations } from 'next-intl/server';
import { Prefetch } from '@/lib/prefetch';
import { read } from '@/lib/server-api';
import { requireAdmin } from '@/lib/session';
import { SettingsClient } from './client';

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations('settings'))('title') };
}

export default async function SettingsPage() {
  await requireAdmin('/admin/settings');
  return (
    <Prefetch reads={[read(getSettings)]}>
      <SettingsClient />
    </Prefetch>
  );
}
