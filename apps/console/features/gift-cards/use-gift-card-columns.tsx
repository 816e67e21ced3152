// The columns of the gift card table, and what can be done with a card.
'use client';
import type { GiftCard } from '@api-proxy/contracts/gift-cards';
import { Ban, Ellipsis, Layers } from 'lucide-react';
import Link from 'next/link';
import { useTranslations } from 'next-intl';
import { useMemo } from 'react';
import { columnsOf } from '@/components/table/columns';
import { StateDot, type Tone } from '@/components/ui/badge';
import { Button } from '@/components/ui/button';
import { Menu, MenuContent, MenuItem, MenuSeparator, MenuTrigger } from '@/components/ui/menu';
import { Money, Nothing, When } from '@/components/ui/value';
import { codeLabel } from './code-label';
import type { OpenedGiftCard } from './gift-card-dialogs';

const TONES: Record<GiftCard['status'], Tone> = {
  unused: 'accent',
  redeemed: 'ok',
  void: 'neutral',
  expired: 'warn',
};

/** @param onBatch shows only the cards of this batch. */
export function useGiftCardColumns(
  open: (opened: OpenedGiftCard) => void,
  onBatch: (batchId: string) => void,
) {
  const t = useTranslations('giftCards');
  return useMemo(
    () =>
      columnsOf<GiftCard>([
        {
          id: 'code',
          label: t('columns.code'),
          pinned: true,
          card: 'title',
          cell: (card) => <code className="whitespace-nowrap font-mono text-sm">{codeLabel(card)}</code>,
        },
        {
          id: 'amount',
          label: t('columns.amount'),
          align: 'right',
          pinned: true,
          cell: ({ amountUsd }) => <Money usd={amountUsd} className="font-medium" />,
        },
        {
          id: 'status',
          label: t('columns.status'),
          cell: ({ status }) => <StateDot tone={TONES[status]}>{t(`statuses.${status}`)}</StateDot>,
        },
        { id: 'redeemed', label: t('columns.redeemed'), cell: (card) => <Redeemed card={card} /> },
        { id: 'expires', label: t('columns.expires'), cell: ({ expiresAt }) => <When at={expiresAt} /> },
        {
          id: 'note',
          label: t('columns.note'),
          cell: ({ note }) =>
            note === '' ? (
              <Nothing />
            ) : (
              <span className="block max-w-48 truncate text-muted" title={note}>
                {note}
              </span>
            ),
        },
        {
          id: 'batch',
          label: t('columns.batch'),
          cell: ({ batchId }) => (
            <button
              type="button"
              onClick={() => onBatch(batchId)}
              title={batchId}
              className="font-mono text-muted text-xs underline-offset-4 hover:text-ink hover:underline"
            >
              {batchId.slice(-6)}
            </button>
          ),
        },
        { id: 'created', label: t('columns.created'), cell: ({ createdAt }) => <When at={createdAt} /> },
        {
          id: 'createdBy',
          label: t('columns.createdBy'),
          hidden: true,
          cell: ({ createdByName }) => createdByName ?? <Nothing />,
        },
        {
          id: 'actions',
          label: '',
          pinned: true,
          card: 'title',
          align: 'right',
          cell: (card) => <GiftCardMenu card={card} open={open} onBatch={onBatch} />,
        },
      ]),
    [t, open, onBatch],
  );
}

function Redeemed({ card: { redeemedBy, redeemedAt } }: { card: GiftCard }) {
  const t = useTranslations('giftCards');
  if (redeemedBy === null) return <Nothing />;
  return (
    <div className="max-w-48">
      {redeemedBy.name === null ? (
        <span className="text-muted">{t('deletedUser')}</span>
      ) : (
        <Link
          href={`/admin/users?user=${redeemedBy.userId}`}
          className="block truncate font-medium underline-offset-4 hover:underline"
        >
          {redeemedBy.name}
        </Link>
      )}
      <When at={redeemedAt} className="text-faint text-xs" />
    </div>
  );
}

function GiftCardMenu({
  card,
  open,
  onBatch,
}: {
  card: GiftCard;
  open: (opened: OpenedGiftCard) => void;
  onBatch: (batchId: string) => void;
}) {
  const t = useTranslations('giftCards.menu');
  return (
    <Menu>
      <MenuTrigger asChild>
        <Button variant="ghost" size="icon-sm" aria-label={t('of', { name: codeLabel(card) })}>
          <Ellipsis />
        </Button>
      </MenuTrigger>
      <MenuContent>
        <MenuItem onSelect={() => onBatch(card.batchId)}>
          <Layers /> {t('showBatch')}
        </MenuItem>
        <MenuSeparator />
        <MenuItem danger disabled={card.status !== 'unused'} onSelect={() => open({ act: 'void', card })}>
          <Ban /> {t('void')}
        </MenuItem>
        <MenuItem danger onSelect={() => open({ act: 'voidBatch', batchId: card.batchId })}>
          <Ban /> {t('voidBatch')}
        </MenuItem>
      </MenuContent>
    </Menu>
  );
}
