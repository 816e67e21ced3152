// The links of the sidebar and of the phone's sheet.
'use client';
import type { Role } from '@api-proxy/contracts/enums';
import Link from 'next/link';
import { usePathname } from 'next/navigation';
import { useTranslations } from 'next-intl';
import { cn } from '@/lib/cn';
import { isCurrent, navFor } from './nav';

/** All groups the role may enter; `onNavigate` closes the sheet. */
export function NavLinks({ role, onNavigate }: { role: Role; onNavigate?: () => void }) {
  const t = useTranslations('nav');
  const pathname = usePathname();
  return (
    <nav aria-label={t('label')} className="grid gap-5">
      {navFor(role).map((group) => (
        <div key={group.label} className="grid gap-0.5">
          <div className="px-2 pb-1 text-faint text-xs">{t(`group.${group.label}`)}</div>
          {group.items.map(({ href, label, icon: Icon }) => {
            const current = isCurrent(href, pathname);
            return (
              <Link
                key={href}
                href={href}
                onClick={() => onNavigate?.()}
                aria-current={current ? 'page' : undefined}
                className={cn(
                  'flex h-8 items-center gap-2.5 rounded-md px-2 text-muted text-sm transition-colors hover:bg-hover hover:text-ink max-md:h-10',
                  current && 'bg-hover font-medium text-ink',
                )}
              >
                <Icon className={cn('size-4 text-faint', current && 'text-accent')} aria-hidden />
                {t(label)}
              </Link>
            );
          })}
        </div>
      ))}
    </nav>
  );
}
