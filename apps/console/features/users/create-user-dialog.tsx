// Creates a user who can sign in at once.
'use client';
import { usdNotNegative } from '@api-proxy/contracts/primitives';
import { createUser, userCreate } from '@api-proxy/contracts/users';
import { useTranslations } from 'next-intl';
import { toast } from 'sonner';
import { MoneyField, SelectField, TextareaField, TextField } from '@/components/form/fields';
import { FormDialog } from '@/components/form/form-dialog';
import { useContractForm } from '@/components/form/use-contract-form';
import { useWrite } from '@/lib/query';
import { PasswordField } from './password-field';
import { useRoleOptions } from './role-options';

/** An empty amount is no quota record at all. */
const userForm = userCreate.extend({ quotaUsd: usdNotNegative.nullable() });

export function CreateUserDialog({ onClose }: { onClose: () => void }) {
  const t = useTranslations('users.form');
  const create = useWrite(createUser, ['users']);
  const form = useContractForm({
    schema: userForm,
    defaults: { name: '', email: '', password: '', role: 'user', quotaUsd: null, note: '' },
    submit: async ({ quotaUsd, ...body }) => {
      await create.mutateAsync({ body: { ...body, ...(quotaUsd === null ? {} : { quotaUsd }) } });
      toast.success(t('created', { name: body.name }));
      onClose();
    },
  });
  const roles = useRoleOptions();
  const { control } = form;
  return (
    <FormDialog
      form={form}
      title={t('createTitle')}
      description={t('createText')}
      submitLabel={t('create')}
      onClose={onClose}
    >
      <div className="grid gap-4 sm:grid-cols-2">
        <TextField control={control} name="name" label={t('name')} autoFocus autoComplete="off" />
        <SelectField control={control} name="role" label={t('role')} options={roles} />
      </div>
      <TextField control={control} name="email" label={t('email')} type="email" autoComplete="off" />
      <PasswordField control={control} name="password" label={t('password')} hint={t('passwordHint')} />
      <MoneyField
        control={control}
        name="quotaUsd"
        label={t('quota')}
        hint={t('quotaHint')}
        nullable
        optional
      />
      <TextareaField control={control} name="note" label={t('note')} hint={t('noteHint')} optional />
    </FormDialog>
  );
}
