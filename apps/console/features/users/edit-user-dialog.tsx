// Changes what an administrator may change about a user.
'use client';
import { type BudgetSpan, budgetSpan } from '@api-proxy/contracts/enums';
import { usdNotNegative } from '@api-proxy/contracts/primitives';
import type { WindowQuotas } from '@api-proxy/contracts/quotas';
import { type User, updateUser, userLimits, userUpdate } from '@api-proxy/contracts/users';
import { useTranslations } from 'next-intl';
import { toast } from 'sonner';
import { z } from 'zod';
import { MoneyField, NumberField, SelectField, TextareaField, TextField } from '@/components/form/fields';
import { FormSection } from '@/components/form/form';
import { FormDialog } from '@/components/form/form-dialog';
import { useContractForm } from '@/components/form/use-contract-form';
import { useMe } from '@/components/shell/viewer';
import { useWrite } from '@/lib/query';
import { useRoleOptions } from './role-options';

const userForm = userUpdate
  .omit({ quotas: true })
  .extend({ limits: userLimits, windows: z.record(budgetSpan, usdNotNegative.nullable()) })
  .required();

type Windows = z.output<typeof userForm>['windows'];

function windowsOf(quotas: User['quotas']): Windows {
  const limit = (span: BudgetSpan) => quotas.find((quota) => quota.span === span)?.limitUsd ?? null;
  return {
    '5h': limit('5h'),
    day: limit('day'),
    week: limit('week'),
    month: limit('month'),
    total: limit('total'),
  };
}

function quotasOf(windows: Windows): WindowQuotas {
  return budgetSpan.options.flatMap((span) => {
    const limitUsd = windows[span];
    return limitUsd === null ? [] : [{ span, limitUsd }];
  });
}

export function EditUserDialog({ user, onClose }: { user: User; onClose: () => void }) {
  const t = useTranslations('users.form');
  const me = useMe();
  const roles = useRoleOptions();
  const update = useWrite(updateUser, user.id === me.id ? ['users', 'me'] : ['users']);
  const { name, email, role, status, note, limits, multiplier, quotas } = user;
  const form = useContractForm({
    schema: userForm,
    defaults: { name, email, role, status, note, limits, multiplier, windows: windowsOf(quotas) },
    submit: async ({ windows, ...body }) => {
      await update.mutateAsync({ params: { userId: user.id }, body: { ...body, quotas: quotasOf(windows) } });
      toast.success(t('saved', { name: body.name }));
      onClose();
    },
  });
  const { control } = form;
  return (
    <FormDialog
      form={form}
      as="sheet"
      title={t('editTitle')}
      description={user.email}
      submitLabel={t('save')}
      onClose={onClose}
    >
      <FormSection title={t('identity')}>
        <div className="grid gap-4 sm:grid-cols-2">
          <TextField control={control} name="name" label={t('name')} />
          <TextField control={control} name="email" label={t('email')} type="email" />
          <SelectField control={control} name="role" label={t('role')} options={roles} />
          <StatusField control={control} />
        </div>
        <TextareaField control={control} name="note" label={t('note')} hint={t('noteHint')} optional />
      </FormSection>
      <FormSection title={t('windows')} description={t('windowsHint')}>
        <WindowFields control={control} />
      </FormSection>
      <FormSection title={t('limits')} description={t('limitsHint')}>
        <div className="grid gap-4 sm:grid-cols-3">
          <NumberField control={control} name="limits.rpm" label="RPM" hint={t('rpm')} placeholder="∞" />
          <NumberField control={control} name="limits.tpm" label="TPM" hint={t('tpm')} placeholder="∞" />
          <NumberField
            control={control}
            name="limits.maxConcurrency"
            label={t('maxConcurrency')}
            hint={t('maxConcurrencyHint')}
            placeholder="∞"
          />
        </div>
        <TextField
          control={control}
          name="multiplier"
          label={t('multiplier')}
          hint={t('multiplierHint')}
          inputMode="decimal"
          className="sm:w-1/3"
        />
      </FormSection>
    </FormDialog>
  );
}

/** One amount per window; what is used of it shows in the details. */
function WindowFields({ control }: { control: StatusControl }) {
  const t = useTranslations('keys.span');
  return (
    <div className="grid grid-cols-2 gap-4 sm:grid-cols-3">
      {budgetSpan.options.map((span) => (
        <MoneyField
          key={span}
          control={control}
          name={`windows.${span}`}
          label={t(span)}
          placeholder="∞"
          nullable
        />
      ))}
    </div>
  );
}

type StatusControl = Parameters<
  typeof SelectField<typeof userForm._zod.input, typeof userForm._zod.output>
>[0]['control'];

function StatusField({ control }: { control: StatusControl }) {
  const t = useTranslations('users');
  return (
    <SelectField
      control={control}
      name="status"
      label={t('columns.status')}
      options={(['active', 'disabled'] as const).map((value) => ({ value, label: t(`statuses.${value}`) }))}
    />
  );
}
