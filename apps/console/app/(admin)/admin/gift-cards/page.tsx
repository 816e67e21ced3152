// The room of the gift cards.
import { listGiftCards } from '@api-proxy/contracts/gift-cards';
import type { Metadata } from 'next';
import { getTranslations } from 'next-intl/server';
import type { SearchParams } from 'nuqs/server';
import { Prefetch } from '@/lib/prefetch';
import { read } from '@/lib/server-api';
import { requireAdmin } from '@/lib/session';
import { GiftCardsClient } from './client';
import { giftCardQuery, loadGiftCardPage } from './search-params';

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations('giftCards'))('title') };
}

export default async function GiftCardsPage({ searchParams }: { searchParams: Promise<SearchParams> }) {
  await requireAdmin('/admin/gift-cards');
  const query = giftCardQuery(await loadGiftCardPage(searchParams));
  return (
    <Prefetch reads={[read(listGiftCards, { query })]}>
      <GiftCardsClient />
    </Prefetch>
  );
}
