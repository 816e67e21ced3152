// Sets a new password for a user and ends all of that user's sessions.
'use client';
import { resetPassword, type User } from '@api-proxy/contracts/users';
import { useTranslations } from 'next-intl';
import { toast } from 'sonner';
import { FormDialog } from '@/components/form/form-dialog';
import { useContractForm } from '@/components/form/use-contract-form';
import { useWrite } from '@/lib/query';
import { PasswordField } from './password-field';

export function PasswordDialog({ user, onClose }: { user: User; onClose: () => void }) {
  const t = useTranslations('users.password');
  const reset = useWrite(resetPassword, ['users']);
  const form = useContractForm({
    schema: resetPassword.body,
    defaults: { password: '' },
    submit: async (body) => {
      await reset.mutateAsync({ params: { userId: user.id }, body });
      toast.success(t('done', { name: user.name }));
      onClose();
    },
  });
  return (
    <FormDialog
      form={form}
      title={t('title', { name: user.name })}
      description={t('text')}
      submitLabel={t('submit')}
      onClose={onClose}
    >
      <PasswordField control={form.control} name="password" label={t('password')} hint={t('hint')} />
    </FormDialog>
  );
}
