// Money as an admin sees it, from the whole down to one re-pricing run.
'use client';
import { useTranslations } from 'next-intl';
import { useQueryStates } from 'nuqs';
import { PageHeader } from '@/components/ui/page-header';
import { ReconciliationCard } from '@/features/finance/reconciliation-card';
import { RepricingCard } from '@/features/finance/repricing-card';
import { RepricingSheet } from '@/features/finance/repricing-sheet';
import { Totals } from '@/features/finance/totals';
import { financeParams } from './search-params';

export function FinanceClient() {
  const t = useTranslations('finance');
  const [{ run }, setParams] = useQueryStates(financeParams);
  return (
    <>
      <PageHeader title={t('title')} description={t('description')} />
      <div className="grid gap-4">
        <Totals />
        <ReconciliationCard />
        <RepricingCard onOpen={(id) => void setParams({ run: id })} />
      </div>
      {run !== null && <RepricingSheet key={run} id={run} onClose={() => void setParams({ run: null })} />}
    </>
  );
}
