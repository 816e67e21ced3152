// Keyset paging below a table: earlier, later, and how many are shown.
'use client';
import { ChevronLeft, ChevronRight } from 'lucide-react';
import { useTranslations } from 'next-intl';
import { Button } from '@/components/ui/button';
import type { Keyset } from './use-keyset';

/** @param nextCursor of the page shown; null on the last. */
export function Pager({
  keyset,
  nextCursor,
  count,
}: {
  keyset: Keyset;
  nextCursor: string | null | undefined;
  count: number;
}) {
  const t = useTranslations('table');
  return (
    <nav className="flex items-center justify-between gap-3" aria-label={t('paging')}>
      <span className="text-faint text-xs">{t('shown', { count })}</span>
      <div className="flex gap-1">
        <Button variant="ghost" size="sm" disabled={keyset.cursor === null} onClick={keyset.previous}>
          <ChevronLeft /> {t('previous')}
        </Button>
        <Button
          variant="ghost"
          size="sm"
          disabled={!nextCursor}
          onClick={() => nextCursor && keyset.next(nextCursor)}
        >
          {t('next')} <ChevronRight />
        </Button>
      </div>
    </nav>
  );
}
