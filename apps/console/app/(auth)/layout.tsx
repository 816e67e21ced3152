// The frame of the sign-in pages: one column in the middle.
import Link from 'next/link';
import type { ReactNode } from 'react';
import { Brand } from '@/components/shell/brand';
import { LanguageMenu, ThemeMenu } from '@/components/shell/preferences';
import { site } from '@/lib/session';

export default async function AuthLayout({ children }: { children: ReactNode }) {
  const { name } = await site();
  return (
    <div className="flex min-h-dvh flex-col">
      <header className="flex h-14 items-center gap-1 px-4 md:px-6">
        <Link href="/" className="mr-auto">
          <Brand name={name} />
        </Link>
        <LanguageMenu />
        <ThemeMenu />
      </header>
      <main className="flex flex-1 items-start justify-center px-4 pt-[8vh] pb-16">
        <div className="w-full max-w-sm rounded-xl border border-line bg-surface p-7 shadow-sm">
          {children}
        </div>
      </main>
    </div>
  );
}
