// Balance for oneself: without it every call is refused with 402.
'use client';
import { changeQuota, quotaChange } from '@api-proxy/contracts/users';
import { useTranslations } from 'next-intl';
import { MoneyField } from '@/components/form/fields';
import { Form } from '@/components/form/form';
import { useContractForm } from '@/components/form/use-contract-form';
import { useMe } from '@/components/shell/viewer';
import { Button } from '@/components/ui/button';
import { Money } from '@/components/ui/value';
import { signOfMoney } from '@/lib/money';
import { useWrite } from '@/lib/query';

export function QuotaStep({ onNext }: { onNext: () => void }) {
  const t = useTranslations('setup');
  const me = useMe();
  const grant = useWrite(changeQuota, ['me', 'users', 'ledger']);
  const form = useContractForm({
    schema: quotaChange,
    defaults: { amountUsd: '100', note: '' },
    submit: async (body) => {
      await grant.mutateAsync({ params: { userId: me.id }, body });
      onNext();
    },
  });
  const funded = signOfMoney(me.balance.remainingUsd ?? '0') > 0;
  return (
    <Form form={form} className="max-w-xs">
      {funded && (
        <p className="text-muted">
          {t('balanceNow')} <Money usd={me.balance.remainingUsd} className="font-medium text-ink" />
        </p>
      )}
      <MoneyField control={form.control} name="amountUsd" label={t('grantAmount')} hint={t('grantHint')} />
      <div className="flex gap-2">
        <Button type="submit" variant={funded ? 'secondary' : 'primary'} busy={form.sending}>
          {t('grant')}
        </Button>
        {funded && (
          <Button variant="primary" onClick={onNext}>
            {t('next')}
          </Button>
        )}
      </div>
    </Form>
  );
}
