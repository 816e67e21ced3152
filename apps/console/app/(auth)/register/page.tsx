// Opening an account.
import type { Metadata } from 'next';
import { redirect } from 'next/navigation';
import { getTranslations } from 'next-intl/server';
import { Register } from '@/features/auth/register';
import { site, viewer } from '@/lib/session';

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations('auth');
  return { title: t('register') };
}

export default async function RegisterPage() {
  const [me, { setupNeeded, registrationOpen }] = await Promise.all([viewer(), site()]);
  if (me) redirect('/dashboard');
  return <Register first={setupNeeded} open={registrationOpen || setupNeeded} />;
}
