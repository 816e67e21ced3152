// The filters above the gift card table.
'use client';
import { X } from 'lucide-react';
import { useTranslations } from 'next-intl';
import { SearchBox } from '@/components/table/search-box';
import { Button } from '@/components/ui/button';
import { Select } from '@/components/ui/select';
import { lastFourOf, STATUSES } from './search-params';

type Status = (typeof STATUSES)[number];

const ANY = 'any';

export function GiftCardFilters({
  code,
  status,
  batch,
  onFilter,
}: {
  code: string;
  status: Status | null;
  batch: string | null;
  onFilter: (next: { code?: string | null; status?: Status | null; batch?: string | null }) => void;
}) {
  const t = useTranslations('giftCards');
  return (
    <>
      <SearchBox
        value={code}
        onChange={(typed) => onFilter({ code: lastFourOf(typed) || null })}
        label={t('search')}
      />
      <Select
        className="w-32"
        aria-label={t('columns.status')}
        value={status ?? ANY}
        onChange={(value) => onFilter({ status: STATUSES.find((one) => one === value) ?? null })}
        options={[
          { value: ANY, label: t('anyStatus') },
          ...STATUSES.map((value) => ({ value, label: t(`statuses.${value}`) })),
        ]}
      />
      {batch !== null && (
        <Button variant="ghost" onClick={() => onFilter({ batch: null })} aria-label={t('allBatches')}>
          {t('oneBatch')} <code className="font-mono text-xs">{batch.slice(-6)}</code> <X />
        </Button>
      )}
    </>
  );
}
