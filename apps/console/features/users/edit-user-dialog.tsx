// Changes what an administrator may change about a user.
'use client';
import { type User, updateUser, userLimits, userUpdate } from '@api-proxy/contracts/users';
import { useTranslations } from 'next-intl';
import { toast } from 'sonner';
import { NumberField, SelectField, TextareaField, TextField } from '@/components/form/fields';
import { FormSection } from '@/components/form/form';
import { FormDialog } from '@/components/form/form-dialog';
import { useContractForm } from '@/components/form/use-contract-form';
import { useMe } from '@/components/shell/viewer';
import { useWrite } from '@/lib/query';
import { useRoleOptions } from './role-options';

const userForm = userUpdate.extend({ limits: userLimits }).required();

export function EditUserDialog({ user, onClose }: { user: User; onClose: () => void }) {
  const t = useTranslations('users.form');
  const me = useMe();
  const roles = useRoleOptions();
  const update = useWrite(updateUser, user.id === me.id ? ['users', 'me'] : ['users']);
  const { name, email, role, status, note, limits, multiplier } = user;
  const form = useContractForm({
    schema: userForm,
    defaults: { name, email, role, status, note, limits, multiplier },
    submit: async (body) => {
      await update.mutateAsync({ params: { userId: user.id }, body });
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
