// The sign-in form.
'use client';
import Link from 'next/link';
import { useRouter } from 'next/navigation';
import { useTranslations } from 'next-intl';
import { TextField } from '@/components/form/fields';
import { Form } from '@/components/form/form';
import { useContractForm } from '@/components/form/use-contract-form';
import { Button } from '@/components/ui/button';
import { authClient } from '@/lib/auth-client';
import { authError, signInForm } from './credentials';

/** `next` is where to go afterwards: a checked path of this site. */
export function SignIn({ next, registrationOpen }: { next: string; registrationOpen: boolean }) {
  const t = useTranslations('auth');
  const router = useRouter();
  const form = useContractForm({
    schema: signInForm,
    defaults: { email: '', password: '' },
    submit: async (values) => {
      const { error } = await authClient.signIn.email(values);
      if (error) throw authError(error, 'sign_in_refused');
      router.replace(next);
      router.refresh();
    },
  });
  return (
    <>
      <h1 className="font-semibold text-2xl tracking-tight">{t('signIn')}</h1>
      <p className="mt-1 mb-6 text-muted">{t('signInText')}</p>
      <Form form={form}>
        <TextField
          control={form.control}
          name="email"
          type="email"
          label={t('email')}
          autoComplete="username"
          autoFocus
        />
        <TextField
          control={form.control}
          name="password"
          type="password"
          label={t('password')}
          autoComplete="current-password"
        />
        <Button type="submit" variant="primary" size="lg" busy={form.sending}>
          {t('signIn')}
        </Button>
      </Form>
      {registrationOpen && (
        <p className="mt-6 text-center text-muted">
          {t('noAccount')}{' '}
          <Link href="/register" className="font-medium text-accent underline-offset-4 hover:underline">
            {t('register')}
          </Link>
        </p>
      )}
    </>
  );
}
