// Above the price table: how many prices are chosen, and the way to change them together.
'use client';
import type { ListedPrice } from '@api-proxy/contracts/prices';
import { ListChecks, Percent, X } from 'lucide-react';
import { useTranslations } from 'next-intl';
import { useState } from 'react';
import { Button } from '@/components/ui/button';
import { BulkSheet } from './bulk-sheet';

export function BulkBar({
  chosen,
  shown,
  channelNames,
  onSelect,
}: {
  chosen: readonly ListedPrice[];
  /** Prices in force that the table shows now. */
  shown: readonly ListedPrice[];
  channelNames: ReadonlyMap<string, string>;
  onSelect: (prices: readonly ListedPrice[]) => void;
}) {
  const t = useTranslations('prices.bulk');
  const [open, setOpen] = useState(false);
  if (shown.length === 0 && chosen.length === 0) return null;
  return (
    <div className="flex flex-wrap items-center gap-2">
      {chosen.length === 0 ? (
        <Button variant="ghost" onClick={() => onSelect(shown)}>
          <ListChecks /> {t('selectAll', { count: shown.length })}
        </Button>
      ) : (
        <>
          <span className="num text-muted text-xs">{t('selected', { count: chosen.length })}</span>
          <Button onClick={() => setOpen(true)}>
            <Percent /> {t('open')}
          </Button>
          <Button variant="ghost" size="icon" aria-label={t('clear')} onClick={() => onSelect([])}>
            <X />
          </Button>
        </>
      )}
      {open && (
        <BulkSheet
          prices={chosen}
          channelNames={channelNames}
          onClose={() => setOpen(false)}
          onDone={() => {
            setOpen(false);
            onSelect([]);
          }}
        />
      )}
    </div>
  );
}
