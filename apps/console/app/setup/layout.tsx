// The frame of the first run: nothing to distract.
import Link from 'next/link';
import { getTranslations } from 'next-intl/server';
import type { ReactNode } from 'react';
import { Brand } from '@/components/shell/brand';
import { LanguageMenu, ThemeMenu } from '@/components/shell/preferences';
import { site } from '@/lib/session';

export default async function SetupLayout({ children }: { children: ReactNode }) {
  const [t, { name, setupNeeded }] = await Promise.all([getTranslations('setup'), site()]);
  return (
    <div className="mx-auto w-full max-w-3xl px-4 pb-16 md:px-6">
      <header className="flex h-14 items-center gap-1">
        <Link href={setupNeeded ? '/' : '/dashboard'} className="mr-auto">
          <Brand name={name} />
        </Link>
        <LanguageMenu />
        <ThemeMenu />
      </header>
      <main className="pt-8">
        <h1 className="font-semibold text-2xl tracking-tight">{t('title')}</h1>
        <p className="mt-1 mb-8 text-muted">{t('text')}</p>
        {children}
      </main>
    </div>
  );
}
