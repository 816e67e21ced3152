// The first run: from an empty database to the first relayed request.
import type { Metadata } from 'next';
import { redirect } from 'next/navigation';
import { getTranslations } from 'next-intl/server';
import { ViewerProvider } from '@/components/shell/viewer';
import { FirstAccount } from '@/features/setup/first-account';
import { Wizard } from '@/features/setup/wizard';
import { loginPath } from '@/lib/login-path';
import { site, viewer } from '@/lib/session';

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations('setup');
  return { title: t('title') };
}

export default async function SetupPage() {
  const [me, installation] = await Promise.all([viewer(), site()]);
  if (!me) return installation.setupNeeded ? <FirstAccount /> : redirect(loginPath('/setup'));
  if (me.role === 'user') redirect('/dashboard');
  return (
    <ViewerProvider me={me} site={installation}>
      <Wizard />
    </ViewerProvider>
  );
}
