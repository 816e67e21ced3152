// The channel table: live state, filters, and everything that can be done with a channel.
'use client';
import { type Channel, listChannels } from '@api-proxy/contracts/channels';
import { Network, Plus, SearchX } from 'lucide-react';
import { useTranslations } from 'next-intl';
import { useQueryStates } from 'nuqs';
import { useCallback, useState } from 'react';
import { DataTable } from '@/components/table/data-table';
import { SearchBox } from '@/components/table/search-box';
import { Button } from '@/components/ui/button';
import { EmptyState } from '@/components/ui/empty-state';
import { PageHeader } from '@/components/ui/page-header';
import { Select } from '@/components/ui/select';
import { ChannelDialogs, type Opened } from '@/features/channels/channel-dialogs';
import { KeyNotices } from '@/features/channels/key-notices';
import { SelectionBar } from '@/features/channels/selection-bar';
import { TestAllButton } from '@/features/channels/test-all-button';
import { useChannelColumns } from '@/features/channels/use-channel-columns';
import { useRead } from '@/lib/query';
import { channelFilters, STATES } from './search-params';

const REFRESH_MS = 5_000;
const ANY = 'any';

function matches(channel: Channel, search: string, state: string | null): boolean {
  const text = [channel.name, channel.baseUrl, channel.note, ...channel.models].join(' ').toLowerCase();
  return (state === null || channel.live.state === state) && text.includes(search.trim().toLowerCase());
}

export function ChannelsClient() {
  const t = useTranslations('channels');
  const channels = useRead(listChannels, undefined, { refetchInterval: REFRESH_MS });
  const [{ search, state }, setFilters] = useQueryStates(channelFilters);
  const [opened, setOpened] = useState<Opened | null>(null);
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const select = useCallback(
    (id: string, on: boolean) =>
      setSelected((before) => {
        const next = new Set(before);
        if (on) next.add(id);
        else next.delete(id);
        return next;
      }),
    [],
  );
  const columns = useChannelColumns({ open: setOpened, selected, select });
  const all = channels.data?.items;
  const add = (
    <Button variant="primary" onClick={() => setOpened({ act: 'add' })}>
      <Plus /> {t('add')}
    </Button>
  );
  const headActions = (
    <span className="flex flex-wrap gap-2">
      {all?.some(({ enabled }) => enabled) && <TestAllButton />}
      {add}
    </span>
  );
  return (
    <>
      <PageHeader title={t('title')} description={t('description')} actions={headActions} />
      <KeyNotices channels={all ?? []} onOpen={(channel) => setOpened({ act: 'edit', channel })} />
      <DataTable
        name="channels"
        caption={t('title')}
        columns={columns}
        rows={all?.filter((channel) => matches(channel, search, state))}
        // The refresh every few seconds is no reason to dim the rows.
        query={{
          isPending: channels.isPending,
          isFetching: false,
          error: channels.error,
          refetch: channels.refetch,
        }}
        rowId={(channel) => channel.id}
        onOpen={(channel) => setOpened({ act: 'edit', channel })}
        filters={
          <>
            <SearchBox
              value={search}
              onChange={(text) => setFilters({ search: text || null })}
              label={t('search')}
            />
            <Select
              className="w-36"
              aria-label={t('columns.state')}
              value={state ?? ANY}
              onChange={(value) => setFilters({ state: STATES.find((one) => one === value) ?? null })}
              options={[
                { value: ANY, label: t('anyState') },
                ...STATES.map((value) => ({ value, label: t(`state.${value}`) })),
              ]}
            />
            {selected.size > 0 && (
              <SelectionBar
                channels={all?.filter((channel) => selected.has(channel.id)) ?? []}
                onClear={() => setSelected(new Set())}
              />
            )}
          </>
        }
        empty={
          all?.length === 0 ? (
            <EmptyState icon={Network} title={t('empty')} description={t('emptyText')} action={add} />
          ) : (
            <EmptyState
              icon={SearchX}
              title={t('noMatch')}
              action={
                <Button onClick={() => setFilters({ search: null, state: null })}>{t('clearFilters')}</Button>
              }
            />
          )
        }
      />
      <ChannelDialogs opened={opened} onClose={() => setOpened(null)} />
    </>
  );
}
