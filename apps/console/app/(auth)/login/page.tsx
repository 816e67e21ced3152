// Signing in.
import type { Metadata } from 'next';
import { redirect } from 'next/navigation';
import { getTranslations } from 'next-intl/server';
import { SignIn } from '@/features/auth/sign-in';
import { safeReturnPath } from '@/lib/login-path';
import { site, viewer } from '@/lib/session';

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations('auth');
  return { title: t('signIn') };
}

export default async function LoginPage({
  searchParams,
}: {
  searchParams: Promise<{ next?: string | string[] }>;
}) {
  const { next } = await searchParams;
  const path = safeReturnPath(typeof next === 'string' ? next : null) ?? '/dashboard';
  const [me, { setupNeeded, registrationOpen }] = await Promise.all([viewer(), site()]);
  if (me) redirect(path);
  if (setupNeeded) redirect('/setup');
  return <SignIn next={path} registrationOpen={registrationOpen} />;
}
