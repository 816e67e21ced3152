// The frame of the pages that anyone may see.
import Link from 'next/link';
import { getTranslations } from 'next-intl/server';
import type { ReactNode } from 'react';
import { Brand } from '@/components/shell/brand';
import { LanguageMenu, ThemeMenu } from '@/components/shell/preferences';
import { Button } from '@/components/ui/button';
import { site, viewer } from '@/lib/session';

export default async function PublicLayout({ children }: { children: ReactNode }) {
  const [t, { name, version }, me] = await Promise.all([getTranslations('landing'), site(), viewer()]);
  return (
    <div className="flex min-h-dvh flex-col">
      <header className="sticky top-0 z-20 border-line border-b bg-canvas/85 backdrop-blur-md">
        <div className="mx-auto flex h-14 w-full max-w-6xl items-center gap-1 px-4 md:px-6">
          <Link href="/" className="mr-auto min-w-0">
            <Brand name={name} />
          </Link>
          <LanguageMenu signedIn={me !== null} />
          <ThemeMenu />
          <Button asChild variant="primary" className="ml-2">
            <Link href={me ? '/dashboard' : '/login'}>{me ? t('console') : t('signIn')}</Link>
          </Button>
        </div>
      </header>
      <main className="flex-1">{children}</main>
      <footer className="border-line border-t">
        <div className="num mx-auto flex w-full max-w-6xl items-center justify-between px-4 py-6 text-faint text-xs md:px-6">
          <span>{name}</span>
          <span>{`api-proxy ${version} · GPL-3.0`}</span>
        </div>
      </footer>
    </div>
  );
}
