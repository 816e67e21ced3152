// The frame of every signed-in page: sidebar, top bar, content.
'use client';
import type { Site } from '@api-proxy/contracts/site';
import type { Me } from '@api-proxy/contracts/users';
import { Menu as MenuIcon } from 'lucide-react';
import Link from 'next/link';
import { useTranslations } from 'next-intl';
import { type ReactNode, useState } from 'react';
import { Button } from '@/components/ui/button';
import { Dialog, DialogTrigger, SheetContent } from '@/components/ui/dialog';
import { Notice } from '@/components/ui/notice';
import { Brand } from './brand';
import { NavLinks } from './nav-links';
import { Palette } from './palette';
import { LanguageMenu, ThemeMenu } from './preferences';
import { UserMenu } from './user-menu';
import { ViewerProvider } from './viewer';

/** Puts a page into the frame and tells everything inside who is looking. */
export function Shell({ me, site, children }: { me: Me; site: Site; children: ReactNode }) {
  const t = useTranslations('nav');
  return (
    <ViewerProvider me={me} site={site}>
      <a
        href="#content"
        className="sr-only focus:not-sr-only focus:fixed focus:top-2 focus:left-2 focus:z-60 focus:rounded-md focus:bg-surface focus:px-3 focus:py-2 focus:shadow-md"
      >
        {t('skip')}
      </a>
      <aside className="fixed inset-y-0 left-0 z-30 flex w-56 flex-col border-line border-r bg-sunken max-md:hidden">
        <Link href="/dashboard" className="flex h-14 items-center px-4">
          <Brand name={site.name} />
        </Link>
        <div className="min-h-0 flex-1 overflow-y-auto px-2 py-2">
          <NavLinks role={me.role} />
        </div>
        <div className="border-line border-t p-2">
          <UserMenu />
        </div>
      </aside>
      <div className="min-h-dvh md:pl-56">
        <header className="sticky top-0 z-20 flex h-14 items-center gap-2 border-line border-b bg-canvas/85 px-4 backdrop-blur-md md:px-6">
          <PhoneNav me={me} site={site} />
          <div className="min-w-0 flex-1">
            <Palette />
          </div>
          <LanguageMenu signedIn />
          <ThemeMenu />
        </header>
        <main id="content" className="mx-auto w-full max-w-7xl px-4 py-6 md:px-6">
          {site.maintenance.on && <MaintenanceNotice me={me} message={site.maintenance.message} />}
          {children}
        </main>
      </div>
    </ViewerProvider>
  );
}

/** An installation that refuses requests says so on every page, so that nobody forgets it. */
function MaintenanceNotice({ me, message }: { me: Me; message: string }) {
  const t = useTranslations('nav');
  return (
    <Notice tone="warn" className="mb-5">
      <span className="whitespace-pre-line">{message || t('maintenance')}</span>
      {me.role !== 'user' && (
        <Link href="/admin/settings#maintenance" className="ml-2 underline underline-offset-4">
          {t('maintenanceSettings')}
        </Link>
      )}
    </Notice>
  );
}

function PhoneNav({ me, site }: { me: Me; site: Site }) {
  const t = useTranslations('nav');
  const [open, setOpen] = useState(false);
  return (
    <Dialog open={open} onOpenChange={setOpen}>
      <DialogTrigger asChild>
        <Button variant="ghost" size="icon" className="-ml-2 md:hidden" aria-label={t('openMenu')}>
          <MenuIcon />
        </Button>
      </DialogTrigger>
      <SheetContent
        side="left"
        title={<Brand name={site.name} />}
        className="[&>div]:px-3"
        footer={
          <div className="-mx-3 w-[calc(100%+1.5rem)]">
            <UserMenu />
          </div>
        }
      >
        <NavLinks role={me.role} onNavigate={() => setOpen(false)} />
      </SheetContent>
    </Dialog>
  );
}
