// The columns of the key list.
'use client';
import type { Key } from '@api-proxy/contracts/keys';
import { useTranslations } from 'next-intl';
import { useMemo } from 'react';
import { columnsOf } from '@/components/table/columns';
import { StateDot } from '@/components/ui/badge';
import { Meter } from '@/components/ui/meter';
import { Money, Nothing, When } from '@/components/ui/value';
import { exactMoney, shareOfMoney } from '@/lib/money';
import { useNow } from '@/lib/use-now';
import { type KeyAction, KeyMenu } from './key-menu';

/** `onAction` opens the dialog of what was chosen. */
export function useKeyColumns(onAction: (action: KeyAction) => void) {
  const t = useTranslations('keys');
  return useMemo(
    () =>
      columnsOf<Key>([
        {
          id: 'name',
          label: t('name'),
          pinned: true,
          card: 'title',
          cell: (key) => <NameCell apiKey={key} />,
        },
        { id: 'status', label: t('status'), cell: (key) => <KeyState apiKey={key} /> },
        { id: 'quota', label: t('quota'), cell: (key) => <Quotas apiKey={key} /> },
        { id: 'used', label: t('used'), align: 'right', cell: (key) => <Money usd={key.usedUsd} /> },
        {
          id: 'models',
          label: t('allowedModels'),
          hidden: true,
          cell: (key) => (key.allowedModels.length > 0 ? key.allowedModels.join(', ') : t('all')),
        },
        {
          id: 'lastUsed',
          label: t('lastUsed'),
          cell: (key) => <When at={key.lastUsedAt} className="text-muted" />,
        },
        {
          id: 'expires',
          label: t('expires'),
          hidden: true,
          cell: (key) => <When at={key.expiresAt} className="text-muted" />,
        },
        {
          id: 'created',
          label: t('created'),
          hidden: true,
          cell: (key) => <When at={key.createdAt} className="text-muted" />,
        },
        {
          id: 'actions',
          label: '',
          pinned: true,
          card: 'title',
          align: 'right',
          className: 'w-12',
          cell: (key) => <KeyMenu apiKey={key} onAction={onAction} />,
        },
      ]),
    [t, onAction],
  );
}

function NameCell({ apiKey }: { apiKey: Key }) {
  return (
    <div className="min-w-0">
      <div className="truncate font-medium text-ink">{apiKey.name}</div>
      <div className="font-mono text-faint text-xs">
        {apiKey.prefix}…{apiKey.lastFour}
      </div>
    </div>
  );
}

/** Active, disabled, or expired. */
export function KeyState({ apiKey }: { apiKey: Key }) {
  const t = useTranslations('keys');
  const now = useNow();
  if (apiKey.status === 'disabled') return <StateDot>{t('disabled')}</StateDot>;
  const expired = apiKey.expiresAt !== null && now !== null && new Date(apiKey.expiresAt) <= now;
  return expired ? (
    <StateDot tone="warn">{t('expired')}</StateDot>
  ) : (
    <StateDot tone="ok">{t('active')}</StateDot>
  );
}

function Quotas({ apiKey }: { apiKey: Key }) {
  const t = useTranslations('keys');
  if (apiKey.quotas.length === 0) return <Nothing />;
  return (
    <div className="grid min-w-36 gap-1">
      {apiKey.quotas.map((quota) => (
        <div key={quota.span} className="grid gap-0.5">
          <div className="num flex justify-between gap-3 text-xs">
            <span className="text-faint">{t(`span.${quota.span}`)}</span>
            <span className="text-muted">
              {exactMoney(quota.usedUsd)} / {exactMoney(quota.limitUsd)}
            </span>
          </div>
          <Meter share={shareOfMoney(quota.usedUsd, quota.limitUsd)} label={t(`span.${quota.span}`)} />
        </div>
      ))}
    </div>
  );
}
