// Changing one's own password; other sessions can be ended along with it.
'use client';
import { useTranslations } from 'next-intl';
import { toast } from 'sonner';
import { z } from 'zod';
import { SwitchField, TextField } from '@/components/form/fields';
import { Form } from '@/components/form/form';
import { useContractForm } from '@/components/form/use-contract-form';
import { Button } from '@/components/ui/button';
import { Card, CardBody, CardHeader } from '@/components/ui/card';
import { authError, newPassword } from '@/features/auth/credentials';
import { authClient } from '@/lib/auth-client';

const passwordForm = z.object({
  currentPassword: z.string().min(1),
  newPassword,
  revokeOtherSessions: z.boolean(),
});
const EMPTY = { currentPassword: '', newPassword: '', revokeOtherSessions: true };

export function PasswordCard() {
  const t = useTranslations('account');
  const form = useContractForm({
    schema: passwordForm,
    defaults: EMPTY,
    submit: async (values) => {
      const { error } = await authClient.changePassword(values);
      if (error) throw authError(error, 'password_refused');
      toast.success(t('passwordChanged'));
      form.form.reset(EMPTY);
    },
  });
  return (
    <Card>
      <CardHeader title={t('password')} description={t('passwordText')} />
      <CardBody>
        <Form form={form} className="max-w-md">
          <TextField
            control={form.control}
            name="currentPassword"
            type="password"
            label={t('currentPassword')}
            autoComplete="current-password"
          />
          <TextField
            control={form.control}
            name="newPassword"
            type="password"
            label={t('newPassword')}
            hint={t('passwordHint')}
            autoComplete="new-password"
          />
          <SwitchField
            control={form.control}
            name="revokeOtherSessions"
            label={t('endOthers')}
            hint={t('endOthersHint')}
          />
          <div>
            <Button type="submit" variant="primary" busy={form.sending}>
              {t('changePassword')}
            </Button>
          </div>
        </Form>
      </CardBody>
    </Card>
  );
}
