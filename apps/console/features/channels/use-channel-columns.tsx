// The columns of the channel table.
'use client';
import type { Channel } from '@api-proxy/contracts/channels';
import { useTranslations } from 'next-intl';
import { useMemo } from 'react';
import { columnsOf } from '@/components/table/columns';
import { Checkbox } from '@/components/ui/toggle';
import {
  EnabledSwitch,
  ErrorsCell,
  KeysCell,
  LastTestCell,
  LatencyCell,
  ModelsCell,
  NameCell,
  StateCell,
} from './channel-cells';
import type { Opened } from './channel-dialogs';
import { ChannelMenu } from './channel-menu';
import { TestButton } from './test-button';

type Options = {
  open: (opened: Opened) => void;
  selected: ReadonlySet<string>;
  select: (id: string, on: boolean) => void;
};

export function useChannelColumns({ open, selected, select }: Options) {
  const t = useTranslations('channels');
  return useMemo(
    () =>
      columnsOf<Channel>([
        {
          id: 'select',
          label: '',
          pinned: true,
          card: 'none',
          className: 'w-8 pr-0',
          cell: (channel) => (
            <Checkbox
              className="align-middle"
              aria-label={t('select', { name: channel.name })}
              checked={selected.has(channel.id)}
              onCheckedChange={(on) => select(channel.id, on === true)}
            />
          ),
        },
        {
          id: 'name',
          label: t('columns.name'),
          pinned: true,
          card: 'title',
          cell: (channel) => <NameCell channel={channel} />,
        },
        { id: 'state', label: t('columns.state'), cell: (channel) => <StateCell channel={channel} /> },
        {
          id: 'models',
          label: t('columns.models'),
          cell: ({ models }) => <ModelsCell models={models} />,
        },
        {
          id: 'routing',
          label: t('columns.routing'),
          align: 'right',
          cell: ({ priority, weight }) => (
            <span className="num">
              {priority} <span className="text-faint">· {weight}</span>
            </span>
          ),
        },
        {
          id: 'keys',
          label: t('columns.keys'),
          align: 'right',
          cell: ({ keys }) => <KeysCell keys={keys} />,
        },
        {
          id: 'latency',
          label: t('columns.latency'),
          align: 'right',
          cell: ({ live }) => <LatencyCell live={live} />,
        },
        {
          id: 'errors',
          label: t('columns.errors'),
          align: 'right',
          cell: ({ live }) => <ErrorsCell live={live} />,
        },
        {
          id: 'lastTest',
          label: t('columns.lastTest'),
          cell: ({ lastTest }) => <LastTestCell last={lastTest} />,
        },
        {
          id: 'actions',
          label: '',
          pinned: true,
          card: 'title',
          align: 'right',
          cell: (channel) => (
            <span className="inline-flex items-center gap-1">
              <EnabledSwitch channel={channel} />
              <TestButton channel={channel} />
              <ChannelMenu channel={channel} onAct={(act) => open({ act, channel })} />
            </span>
          ),
        },
      ]),
    [t, open, selected, select],
  );
}
