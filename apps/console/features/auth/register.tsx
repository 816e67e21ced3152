// The registration form; the first person to use it becomes the administrator and is told so.
'use client';
import { ShieldCheck } from 'lucide-react';
import Link from 'next/link';
import { useRouter } from 'next/navigation';
import { useTranslations } from 'next-intl';
import { TextField } from '@/components/form/fields';
import { Form } from '@/components/form/form';
import { useContractForm } from '@/components/form/use-contract-form';
import { Button } from '@/components/ui/button';
import { Notice } from '@/components/ui/notice';
import { authClient } from '@/lib/auth-client';
import { authError, registerForm } from './credentials';

/** The fields and the button; goes to `next` once the account exists and is signed in. */
export function RegisterForm({ next, submitLabel }: { next: string; submitLabel: string }) {
  const t = useTranslations('auth');
  const router = useRouter();
  const form = useContractForm({
    schema: registerForm,
    defaults: { name: '', email: '', password: '' },
    submit: async (values) => {
      const { error } = await authClient.signUp.email(values);
      if (error) throw authError(error, 'register_refused');
      // Registering opens no session: the answer is the same for a new address and a taken one.
      const signedIn = await authClient.signIn.email({ email: values.email, password: values.password });
      if (signedIn.error) throw authError(signedIn.error, 'register_refused');
      router.replace(next);
      router.refresh();
    },
  });
  return (
    <Form form={form}>
      <TextField control={form.control} name="name" label={t('name')} autoComplete="name" autoFocus />
      <TextField control={form.control} name="email" type="email" label={t('email')} autoComplete="email" />
      <TextField
        control={form.control}
        name="password"
        type="password"
        label={t('password')}
        hint={t('passwordHint')}
        autoComplete="new-password"
      />
      <Button type="submit" variant="primary" size="lg" busy={form.sending}>
        {submitLabel}
      </Button>
    </Form>
  );
}

/** The whole registration page. */
export function Register({ first, open }: { first: boolean; open: boolean }) {
  const t = useTranslations('auth');
  return (
    <>
      <h1 className="font-semibold text-2xl tracking-tight">{first ? t('firstTitle') : t('register')}</h1>
      <p className="mt-1 mb-6 text-muted">{first ? t('firstText') : t('registerText')}</p>
      {first && (
        <p className="mb-5 flex items-start gap-2 rounded-md bg-accent-soft px-3 py-2 text-accent">
          <ShieldCheck className="mt-0.5 size-4 shrink-0" aria-hidden />
          {t('firstAdmin')}
        </p>
      )}
      {open ? (
        <RegisterForm next={first ? '/setup' : '/dashboard'} submitLabel={t('createAccount')} />
      ) : (
        <Notice tone="warn">{t('closed')}</Notice>
      )}
      {!first && (
        <p className="mt-6 text-center text-muted">
          {t('haveAccount')}{' '}
          <Link href="/login" className="font-medium text-accent underline-offset-4 hover:underline">
            {t('signIn')}
          </Link>
        </p>
      )}
    </>
  );
}
