// The price table: what requests cost now, what is to come, and what has no price.
'use client';
import { listChannels } from '@api-proxy/contracts/channels';
import { listPrices } from '@api-proxy/contracts/prices';
import { CircleDollarSign, Plus, SearchX } from 'lucide-react';
import { useTranslations } from 'next-intl';
import { useQueryStates } from 'nuqs';
import { useCallback, useMemo, useState } from 'react';
import { DataTable } from '@/components/table/data-table';
import { SearchBox } from '@/components/table/search-box';
import { Button } from '@/components/ui/button';
import { EmptyState } from '@/components/ui/empty-state';
import { PageHeader } from '@/components/ui/page-header';
import { BulkBar } from '@/features/prices/bulk-bar';
import { type OpenedPrice, PriceDialogs } from '@/features/prices/price-dialogs';
import { UnpricedModels } from '@/features/prices/unpriced-models';
import { usePriceColumns } from '@/features/prices/use-price-columns';
import { useRead } from '@/lib/query';
import { priceParams } from './search-params';

export function PricesClient() {
  const t = useTranslations('prices');
  const prices = useRead(listPrices);
  const channels = useRead(listChannels);
  const [{ search, price: wanted }, setParams] = useQueryStates(priceParams);
  const [opened, setOpened] = useState<OpenedPrice | null>(null);
  const names = useMemo(
    () => new Map(channels.data?.items.map(({ id, name }) => [id, name])),
    [channels.data],
  );
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const select = useCallback(
    (id: string, on: boolean) =>
      setSelected((before) => new Set(on ? [...before, id] : [...before].filter((one) => one !== id))),
    [],
  );
  const columns = usePriceColumns({ open: setOpened, channelNames: names, selected, select });
  const all = prices.data?.items;
  const text = search.trim().toLowerCase();
  const rows = all?.filter(({ model, provider }) => `${model} ${provider}`.toLowerCase().includes(text));
  const inForce = (rows ?? []).filter(({ phase }) => phase === 'current');
  // A link from another room names a model: its price in force is the start, where there is one.
  const linked: OpenedPrice | null =
    wanted !== null && all !== undefined
      ? {
          act: 'set',
          model: wanted,
          from: all.find(
            ({ model, phase, channelId }) => model === wanted && phase === 'current' && channelId === null,
          ),
        }
      : null;
  const add = (
    <Button variant="primary" onClick={() => setOpened({ act: 'set', model: '', from: undefined })}>
      <Plus /> {t('add')}
    </Button>
  );
  return (
    <>
      <PageHeader title={t('title')} description={t('description')} actions={add} />
      <UnpricedModels
        models={prices.data?.unpriced ?? []}
        onSet={(model) => setOpened({ act: 'set', model, from: undefined })}
      />
      <DataTable
        name="prices"
        caption={t('title')}
        columns={columns}
        rows={rows}
        query={prices}
        rowId={(price) => price.id}
        onOpen={(price) => setOpened({ act: 'history', model: price.model })}
        filters={
          <>
            <SearchBox
              value={search}
              onChange={(next) => setParams({ search: next || null })}
              label={t('search')}
            />
            <BulkBar
              chosen={(all ?? []).filter(({ id, phase }) => phase === 'current' && selected.has(id))}
              shown={inForce}
              channelNames={names}
              onSelect={(prices) => setSelected(new Set(prices.map(({ id }) => id)))}
            />
          </>
        }
        empty={
          all?.length === 0 ? (
            <EmptyState
              icon={CircleDollarSign}
              title={t('empty')}
              description={t('emptyText')}
              action={add}
            />
          ) : (
            <EmptyState
              icon={SearchX}
              title={t('noMatch')}
              action={<Button onClick={() => setParams({ search: null })}>{t('clearSearch')}</Button>}
            />
          )
        }
      />
      <PriceDialogs
        opened={opened ?? linked}
        channelNames={names}
        onClose={() => {
          setOpened(null);
          if (wanted !== null) void setParams({ price: null });
        }}
      />
    </>
  );
}
