// The room of the channels.
import { listChannels } from '@api-proxy/contracts/channels';
import type { Metadata } from 'next';
import { getTranslations } from 'next-intl/server';
import { Prefetch } from '@/lib/prefetch';
import { read } from '@/lib/server-api';
import { requireAdmin } from '@/lib/session';
import { ChannelsClient } from './client';

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations('channels'))('title') };
}

export default async function ChannelsPage() {
  await requireAdmin('/admin/channels');
  return (
    <Prefetch reads={[read(listChannels)]}>
      <ChannelsClient />
    </Prefetch>
  );
}
