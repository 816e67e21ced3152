// Spending limits of a key, one per window.
'use client';
import { budgetSpan } from '@api-proxy/contracts/enums';
import type { KeyCreate } from '@api-proxy/contracts/keys';
import { Plus, X } from 'lucide-react';
import { useTranslations } from 'next-intl';
import { type Control, useFieldArray, useWatch } from 'react-hook-form';
import { MoneyField, SelectField } from '@/components/form/fields';
import { Button } from '@/components/ui/button';

/** Rows of window and amount; each window at most once. */
export function QuotasField<Output>({ control }: { control: Control<KeyCreate, unknown, Output> }) {
  const t = useTranslations('keys');
  const { fields, append, remove } = useFieldArray({ control, name: 'quotas' });
  const chosen = (useWatch({ control, name: 'quotas' }) ?? []).map((quota) => quota.span);
  const free = budgetSpan.options.find((span) => !chosen.includes(span));
  return (
    <div className="grid gap-2">
      <div className="flex items-center justify-between">
        <span className="font-medium text-ink">{t('quota')}</span>
        <Button
          size="sm"
          variant="ghost"
          disabled={free === undefined}
          onClick={() => free && append({ span: free, limitUsd: '' })}
        >
          <Plus /> {t('addQuota')}
        </Button>
      </div>
      {fields.length === 0 && <p className="text-faint text-xs">{t('noQuota')}</p>}
      {fields.map((field, index) => (
        <div key={field.id} className="grid grid-cols-[8rem_1fr_auto] items-end gap-2">
          <SelectField
            control={control}
            name={`quotas.${index}.span`}
            label={t('window')}
            options={budgetSpan.options.map((span) => ({
              value: span,
              label: t(`span.${span}`),
              disabled: chosen.includes(span) && chosen[index] !== span,
            }))}
          />
          <MoneyField control={control} name={`quotas.${index}.limitUsd`} label={t('amount')} />
          <Button variant="ghost" size="icon" aria-label={t('removeQuota')} onClick={() => remove(index)}>
            <X />
          </Button>
        </div>
      ))}
    </div>
  );
}
