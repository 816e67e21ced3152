// One re-pricing run: how far it is, what it comes to for whom, and the decision to book or discard it.
'use client';
import {
  advanceRepricing,
  bookRepricing,
  discardRepricing,
  getRepricing,
  type RepricingDetail,
} from '@api-proxy/contracts/finance';
import { useTranslations } from 'next-intl';
import { useEffect, useState } from 'react';
import { toast } from 'sonner';
import { Button } from '@/components/ui/button';
import { ConfirmDialog } from '@/components/ui/confirm-dialog';
import { Dialog, SheetContent } from '@/components/ui/dialog';
import { ErrorState } from '@/components/ui/error-state';
import { exactMoney } from '@/lib/money';
import { useRead, useWrite } from '@/lib/query';
import { RepricingResult } from './repricing-result';

/** What a run moves when it is booked. */
const REFRESHED = ['repricings', 'finance', 'users', 'ledger'];

/** Calls on until the server has nothing left to do without a decision; stops at a failure, and says so. */
function useAdvance(run: RepricingDetail | undefined) {
  const { mutate, isPending, error, reset } = useWrite(advanceRepricing, REFRESHED);
  const working = run?.state === 'counting' || run?.state === 'booking';
  const id = run?.id;
  useEffect(() => {
    if (working && id !== undefined && !isPending && !error) mutate({ params: { repricingId: id } });
  }, [working, id, isPending, error, mutate]);
  return { error, retry: reset };
}

export function RepricingSheet({ id, onClose }: { id: string; onClose: () => void }) {
  const t = useTranslations('finance.repricing');
  const { data: run, error, refetch } = useRead(getRepricing, { params: { repricingId: id } });
  const advance = useAdvance(run);
  const [asking, setAsking] = useState<'book' | 'discard' | null>(null);
  const undecided = run?.state === 'ready' || run?.state === 'counting';
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()}>
      <SheetContent
        title={t('title')}
        description={run?.note ?? ''}
        footer={
          <>
            {undecided && (
              <Button variant="ghost" onClick={() => setAsking('discard')}>
                {t('discard')}
              </Button>
            )}
            <Button onClick={onClose}>{t('close')}</Button>
            {run?.state === 'ready' && run.changedRows > 0 && (
              <Button variant="primary" onClick={() => setAsking('book')}>
                {t('book')}
              </Button>
            )}
          </>
        }
      >
        {error && !run && <ErrorState error={error} onRetry={() => void refetch()} />}
        {advance.error !== null && <ErrorState error={advance.error} onRetry={advance.retry} />}
        {!run && !error && <div className="skeleton h-40" />}
        {run && <RepricingResult run={run} />}
      </SheetContent>
      {run && <Decision run={run} asking={asking} onClose={() => setAsking(null)} />}
    </Dialog>
  );
}

function Decision({
  run,
  asking,
  onClose,
}: {
  run: RepricingDetail;
  asking: 'book' | 'discard' | null;
  onClose: () => void;
}) {
  const t = useTranslations('finance.repricing');
  const book = useWrite(bookRepricing, REFRESHED);
  const discard = useWrite(discardRepricing, ['repricings']);
  const input = { params: { repricingId: run.id } };
  if (asking === null) return null;
  const confirmation =
    asking === 'book'
      ? {
          title: t('bookTitle'),
          description: t('bookText', { users: run.users, amount: exactMoney(run.differenceUsd) }),
          confirmLabel: t('book'),
          tone: 'primary' as const,
          onConfirm: async () => {
            await book.mutateAsync(input);
            toast.success(t('done'));
          },
        }
      : {
          title: t('discardTitle'),
          description: t('discardText'),
          confirmLabel: t('discard'),
          onConfirm: async () => {
            await discard.mutateAsync(input);
            toast.success(t('discarded'));
          },
        };
  return <ConfirmDialog confirmation={{ ...confirmation, subject: run.note }} onClose={onClose} />;
}
