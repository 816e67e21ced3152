// The columns of the model table.
'use client';
import type { Model } from '@api-proxy/contracts/models';
import { Ellipsis, Pencil, Tag, Trash2 } from 'lucide-react';
import { useRouter } from 'next/navigation';
import { useTranslations } from 'next-intl';
import { useMemo } from 'react';
import { columnsOf } from '@/components/table/columns';
import { Badge } from '@/components/ui/badge';
import { Button } from '@/components/ui/button';
import { Menu, MenuContent, MenuItem, MenuSeparator, MenuTrigger } from '@/components/ui/menu';
import { Count, Nothing, Tokens } from '@/components/ui/value';
import { Capabilities, ModelSwitch, PriceSummary } from './model-cells';
import type { OpenedModel } from './model-dialogs';

export function useModelColumns(open: (opened: OpenedModel) => void) {
  const t = useTranslations('models');
  return useMemo(
    () =>
      columnsOf<Model>([
        {
          id: 'name',
          label: t('columns.name'),
          pinned: true,
          card: 'title',
          cell: (model) => (
            <div className="min-w-0 max-w-72">
              <div className="truncate font-medium text-ink">{model.displayName}</div>
              <div className="truncate font-mono font-normal text-faint text-xs" title={model.name}>
                {model.name}
              </div>
            </div>
          ),
        },
        {
          id: 'provider',
          label: t('columns.provider'),
          cell: ({ provider }) => <span className="text-muted">{provider}</span>,
        },
        {
          id: 'capabilities',
          label: t('columns.capabilities'),
          cell: ({ capabilities }) => <Capabilities capabilities={capabilities} />,
        },
        {
          id: 'context',
          label: t('columns.context'),
          align: 'right',
          cell: ({ contextLength }) => <Tokens count={contextLength} />,
        },
        {
          id: 'upstream',
          label: t('columns.upstream'),
          hidden: true,
          cell: ({ upstreamModel }) =>
            upstreamModel ? <code className="font-mono text-xs">{upstreamModel}</code> : <Nothing />,
        },
        {
          id: 'price',
          label: t('columns.price'),
          align: 'right',
          cell: ({ price }) => <PriceSummary tariff={price?.tariff} />,
        },
        {
          id: 'channels',
          label: t('columns.channels'),
          align: 'right',
          cell: ({ channelCount }) =>
            channelCount === 0 ? <Badge tone="warn">0</Badge> : <Count value={channelCount} />,
        },
        {
          id: 'enabled',
          label: t('columns.enabled'),
          cell: (model) => <ModelSwitch model={model} flag="enabled" />,
        },
        {
          id: 'visible',
          label: t('columns.visible'),
          cell: (model) => <ModelSwitch model={model} flag="visible" />,
        },
        {
          id: 'actions',
          label: '',
          pinned: true,
          card: 'title',
          align: 'right',
          cell: (model) => <ModelMenu model={model} open={open} />,
        },
      ]),
    [t, open],
  );
}

function ModelMenu({ model, open }: { model: Model; open: (opened: OpenedModel) => void }) {
  const t = useTranslations('models.menu');
  const router = useRouter();
  return (
    <Menu>
      <MenuTrigger asChild>
        <Button variant="ghost" size="icon-sm" aria-label={t('of', { name: model.name })}>
          <Ellipsis />
        </Button>
      </MenuTrigger>
      <MenuContent>
        <MenuItem onSelect={() => open({ act: 'edit', model })}>
          <Pencil /> {t('edit')}
        </MenuItem>
        <MenuItem onSelect={() => router.push(`/admin/prices?price=${encodeURIComponent(model.name)}`)}>
          <Tag /> {t('price')}
        </MenuItem>
        <MenuSeparator />
        <MenuItem danger onSelect={() => open({ act: 'delete', model })}>
          <Trash2 /> {t('delete')}
        </MenuItem>
      </MenuContent>
    </Menu>
  );
}
