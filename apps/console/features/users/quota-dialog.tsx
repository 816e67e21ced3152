// Grants quota or takes it back; shows the balance that will result before anything is sent.
'use client';
import { usdNotNegative } from '@api-proxy/contracts/primitives';
import { changeQuota, quotaChange, type User } from '@api-proxy/contracts/users';
import { useTranslations } from 'next-intl';
import { useId } from 'react';
import { useController, useWatch } from 'react-hook-form';
import { toast } from 'sonner';
import { z } from 'zod';
import { FieldLayout } from '@/components/form/field';
import { MoneyField, TextField } from '@/components/form/fields';
import { FormDialog } from '@/components/form/form-dialog';
import { useContractForm } from '@/components/form/use-contract-form';
import { Segmented } from '@/components/ui/toggle';
import { Money } from '@/components/ui/value';
import { ApiError } from '@/lib/api-error';
import { cn } from '@/lib/cn';
import { signOfMoney, sumMoney } from '@/lib/money';
import { useWrite } from '@/lib/query';

const QUICK = ['5', '10', '50', '100'];

const quotaForm = z.object({
  direction: z.enum(['grant', 'take']),
  amountUsd: usdNotNegative.refine((text) => signOfMoney(text) !== 0),
  note: quotaChange.shape.note,
});

function signed(direction: 'grant' | 'take', amount: string): string {
  return direction === 'take' ? `-${amount}` : amount;
}

export function QuotaDialog({ user, onClose }: { user: User; onClose: () => void }) {
  const t = useTranslations('users.quota');
  const change = useWrite(changeQuota, ['users', 'ledger', 'me']);
  const form = useContractForm({
    schema: quotaForm,
    defaults: { direction: 'grant', amountUsd: '', note: '' },
    submit: async ({ direction, amountUsd, note }) => {
      const body = { amountUsd: signed(direction, amountUsd), note };
      await change.mutateAsync({ params: { userId: user.id }, body }).catch((error: unknown) => {
        // The only conflict there is: part of the amount is used, or set aside for requests under way.
        if (!(error instanceof ApiError) || error.code !== 'conflict') throw error;
        throw new ApiError(error.status, 'invalid_input', error.message, [
          { path: 'body.amountUsd', message: t('tooMuch') },
        ]);
      });
      toast.success(t(direction === 'grant' ? 'granted' : 'taken', { name: user.name }));
      onClose();
    },
  });
  const { control } = form;
  const id = useId();
  const direction = useController({ control, name: 'direction' }).field;
  const amount = useWatch({ control, name: 'amountUsd' });
  return (
    <FormDialog
      form={form}
      title={t('title', { name: user.name })}
      submitLabel={t(direction.value === 'grant' ? 'grant' : 'take')}
      onClose={onClose}
    >
      <FieldLayout id={id} label={t('direction')}>
        <Segmented
          label={t('direction')}
          value={direction.value}
          onChange={direction.onChange}
          className="w-full [&>button]:flex-1 [&>button]:justify-center"
          options={[
            { value: 'grant', label: t('grant') },
            { value: 'take', label: t('take') },
          ]}
        />
      </FieldLayout>
      <div className="grid gap-2">
        <MoneyField control={control} name="amountUsd" label={t('amount')} placeholder="10" />
        <div className="flex gap-1.5">
          {QUICK.map((usd) => (
            <button
              key={usd}
              type="button"
              onClick={() =>
                form.form.setValue('amountUsd', usd, { shouldDirty: true, shouldValidate: true })
              }
              className="num h-6 rounded border border-line px-2 text-muted text-xs hover:bg-hover hover:text-ink"
            >
              ${usd}
            </button>
          ))}
        </div>
      </div>
      <TextField control={control} name="note" label={t('note')} hint={t('noteHint')} optional />
      <Result balance={user.balance} change={signed(direction.value, amount)} />
    </FormDialog>
  );
}

function Result({ balance, change }: { balance: User['balance']; change: string }) {
  const t = useTranslations('users.quota');
  const valid = usdNotNegative.safeParse(change.replace(/^-/, '')).success;
  const remaining = balance.remainingUsd ?? '0';
  const after = valid ? sumMoney([remaining, change]) : remaining;
  const line = (label: string, usd: string, strong = false) => (
    <div className="flex justify-between gap-4">
      <dt className={strong ? 'text-ink' : 'text-muted'}>{label}</dt>
      <dd className={cn('num', strong && 'font-medium', strong && signOfMoney(after) < 0 && 'text-bad')}>
        <Money usd={usd} />
      </dd>
    </div>
  );
  return (
    <dl className="grid gap-1.5 rounded-md border border-line bg-sunken px-3 py-2.5">
      {line(t('now'), remaining)}
      {line(t('change'), valid ? change : '0')}
      <div className="border-line border-t pt-1.5">{line(t('after'), after, true)}</div>
      {change.startsWith('-') && signOfMoney(after) < 0 && <p className="text-bad text-xs">{t('tooMuch')}</p>}
    </dl>
  );
}
