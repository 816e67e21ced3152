// The gift cards: what became of each, making new ones, voiding.
'use client';
import { listGiftCards } from '@api-proxy/contracts/gift-cards';
import { Gift, Plus, SearchX } from 'lucide-react';
import { useTranslations } from 'next-intl';
import { useQueryStates } from 'nuqs';
import { useCallback, useState } from 'react';
import { DataTable } from '@/components/table/data-table';
import { Pager } from '@/components/table/pager';
import { useKeyset } from '@/components/table/use-keyset';
import { Button } from '@/components/ui/button';
import { EmptyState } from '@/components/ui/empty-state';
import { PageHeader } from '@/components/ui/page-header';
import { GiftCardDialogs, type OpenedGiftCard } from '@/features/gift-cards/gift-card-dialogs';
import { useGiftCardColumns } from '@/features/gift-cards/use-gift-card-columns';
import { useRead } from '@/lib/query';
import { GiftCardFilters } from './filters';
import { giftCardFilters, giftCardQuery } from './search-params';

export function GiftCardsClient() {
  const t = useTranslations('giftCards');
  const [filters, setFilters] = useQueryStates(giftCardFilters);
  const { code, status, batch } = filters;
  const keyset = useKeyset();
  const query = giftCardQuery({ ...filters, cursor: keyset.cursor });
  const list = useRead(listGiftCards, { query }, { keepPrevious: true });
  const [opened, setOpened] = useState<OpenedGiftCard | null>(null);
  const filter = useCallback(
    (next: Parameters<typeof setFilters>[0]) => {
      keyset.reset();
      void setFilters(next);
    },
    [keyset, setFilters],
  );
  const columns = useGiftCardColumns(setOpened, (chosen) => filter({ batch: chosen }));
  const filtered = code !== '' || status !== null || batch !== null;
  const create = (
    <Button variant="primary" onClick={() => setOpened({ act: 'create' })}>
      <Plus /> {t('add')}
    </Button>
  );
  return (
    <>
      <PageHeader title={t('title')} description={t('description')} actions={create} />
      <DataTable
        name="giftCards"
        caption={t('title')}
        columns={columns}
        rows={list.data?.items}
        query={list}
        rowId={(card) => card.id}
        filters={<GiftCardFilters code={code} status={status} batch={batch} onFilter={filter} />}
        empty={
          filtered ? (
            <EmptyState
              icon={SearchX}
              title={t('noMatch')}
              action={
                <Button onClick={() => filter({ code: null, status: null, batch: null })}>
                  {t('clearFilters')}
                </Button>
              }
            />
          ) : (
            <EmptyState icon={Gift} title={t('empty')} description={t('emptyText')} action={create} />
          )
        }
        footer={
          <Pager keyset={keyset} nextCursor={list.data?.nextCursor} count={list.data?.items.length ?? 0} />
        }
      />
      <GiftCardDialogs opened={opened} onOpen={setOpened} onClose={() => setOpened(null)} />
    </>
  );
}
