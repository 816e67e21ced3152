// The columns of the price table.
'use client';
import type { ListedPrice, Price } from '@api-proxy/contracts/prices';
import { Ellipsis, History, Pencil, Undo2 } from 'lucide-react';
import { useTranslations } from 'next-intl';
import { useMemo } from 'react';
import { columnsOf } from '@/components/table/columns';
import { Badge } from '@/components/ui/badge';
import { Button } from '@/components/ui/button';
import { Menu, MenuContent, MenuItem, MenuSeparator, MenuTrigger } from '@/components/ui/menu';
import { Checkbox } from '@/components/ui/toggle';
import { Tooltip } from '@/components/ui/tooltip';
import { Money, Nothing, When } from '@/components/ui/value';
import { exactMoney } from '@/lib/money';
import { shortCount } from '@/lib/number';
import type { OpenedPrice } from './price-dialogs';

const CLASSES = ['input', 'output', 'cacheRead', 'cacheWrite5m', 'cacheWrite1h'] as const;

type Options = {
  open: (opened: OpenedPrice) => void;
  channelNames: ReadonlyMap<string, string>;
  /** Ids of the chosen prices. */
  selected: ReadonlySet<string>;
  select: (id: string, on: boolean) => void;
};

export function usePriceColumns({ open, channelNames, selected, select }: Options) {
  const t = useTranslations('prices');
  return useMemo(
    () =>
      columnsOf<ListedPrice>([
        {
          id: 'select',
          label: '',
          pinned: true,
          card: 'title',
          className: 'w-8 pr-0',
          // What is to come is not changed along: it says itself what it will be.
          cell: (price) => (
            <Checkbox
              className="align-middle"
              aria-label={t('bulk.select', { model: price.model })}
              disabled={price.phase !== 'current'}
              checked={selected.has(price.id)}
              onCheckedChange={(on) => select(price.id, on === true)}
            />
          ),
        },
        {
          id: 'model',
          label: t('columns.model'),
          pinned: true,
          card: 'title',
          cell: (price) => (
            <div className="min-w-0 max-w-56">
              <div className="truncate font-medium font-mono text-ink text-xs" title={price.model}>
                {price.model}
              </div>
              {price.channelId && (
                <div className="truncate font-normal text-faint text-xs">
                  {t('onChannel', { name: channelNames.get(price.channelId) ?? price.channelId })}
                </div>
              )}
            </div>
          ),
        },
        ...CLASSES.map((name) => ({
          id: name,
          label: t(`columns.${name}`),
          align: 'right' as const,
          cell: ({ tariff }: Price) => <Money usd={tariff[name]} />,
        })),
        {
          id: 'longContext',
          label: t('columns.longContext'),
          align: 'right',
          cell: ({ tariff }) => <LongContext tier={tariff.longContext} />,
        },
        {
          id: 'phase',
          label: t('columns.phase'),
          cell: (price) => (
            <div className="grid min-w-max justify-items-start gap-0.5">
              <PhaseBadge price={price} />
              <When at={price.effectiveFrom} className="whitespace-nowrap text-faint text-xs" />
            </div>
          ),
        },
        {
          id: 'source',
          label: t('columns.source'),
          hidden: true,
          cell: ({ source }) => <span className="text-muted">{t(`source.${source}`)}</span>,
        },
        {
          id: 'setBy',
          label: t('columns.setBy'),
          hidden: true,
          cell: ({ setBy }) => setBy ?? <Nothing />,
        },
        {
          id: 'note',
          label: t('columns.note'),
          hidden: true,
          cell: ({ note }) => <span className="block max-w-48 truncate text-muted">{note}</span>,
        },
        {
          id: 'actions',
          label: '',
          pinned: true,
          card: 'title',
          align: 'right',
          cell: (price) => <PriceMenu price={price} open={open} />,
        },
      ]),
    [t, open, channelNames, selected, select],
  );
}

/** From how many tokens on other prices hold, and which. */
export function LongContext({ tier }: { tier: Price['tariff']['longContext'] }) {
  const t = useTranslations('prices');
  if (tier === null) return <Nothing />;
  const lines = CLASSES.map((name) => `${t(`columns.${name}`)}: ${exactMoney(tier[name])}`);
  return (
    <Tooltip content={<span className="num whitespace-pre-line">{lines.join('\n')}</span>}>
      <span className="num">
        {t('above', { tokens: shortCount(tier.threshold) })}{' '}
        <span className="text-faint">
          {exactMoney(tier.input)} / {exactMoney(tier.output)}
        </span>
      </span>
    </Tooltip>
  );
}

/** In force, to come, or past. */
export function PhaseBadge({ price }: { price: Price }) {
  const t = useTranslations('prices.phase');
  if (price.withdrawnAt !== null) return <Badge>{t('withdrawn')}</Badge>;
  const tone = price.phase === 'current' ? 'ok' : price.phase === 'scheduled' ? 'accent' : 'neutral';
  return <Badge tone={tone}>{t(price.phase)}</Badge>;
}

function PriceMenu({ price, open }: { price: Price; open: (opened: OpenedPrice) => void }) {
  const t = useTranslations('prices.menu');
  return (
    <Menu>
      <MenuTrigger asChild>
        <Button variant="ghost" size="icon-sm" aria-label={t('of', { model: price.model })}>
          <Ellipsis />
        </Button>
      </MenuTrigger>
      <MenuContent>
        <MenuItem onSelect={() => open({ act: 'set', model: price.model, from: price })}>
          <Pencil /> {t('change')}
        </MenuItem>
        <MenuItem onSelect={() => open({ act: 'history', model: price.model })}>
          <History /> {t('history')}
        </MenuItem>
        <MenuSeparator />
        <MenuItem danger onSelect={() => open({ act: 'withdraw', price })}>
          <Undo2 /> {t('withdraw')}
        </MenuItem>
      </MenuContent>
    </Menu>
  );
}
