// The menu behind one's own name: account, sign out.
'use client';
import { useQueryClient } from '@tanstack/react-query';
import { ChevronsUpDown, LogOut, UserRound } from 'lucide-react';
import Link from 'next/link';
import { useTranslations } from 'next-intl';
import { Menu, MenuContent, MenuItem, MenuSeparator, MenuTrigger } from '@/components/ui/menu';
import { authClient } from '@/lib/auth-client';
import { useMe } from './viewer';

/** The avatar: the first letter of the name. */
export function Avatar({ name }: { name: string }) {
  return (
    <span
      className="flex size-6 shrink-0 items-center justify-center rounded-full bg-accent-soft font-medium text-accent text-xs"
      aria-hidden
    >
      {[...name.trim()][0]?.toUpperCase() ?? '·'}
    </span>
  );
}

/** Name, role and the menu. */
export function UserMenu() {
  const t = useTranslations('nav');
  const me = useMe();
  const client = useQueryClient();
  const signOut = async () => {
    await authClient.signOut();
    client.clear();
    location.assign('/login');
  };
  return (
    <Menu>
      <MenuTrigger className="flex h-11 w-full items-center gap-2.5 rounded-md px-2 text-left transition-colors hover:bg-hover data-[state=open]:bg-hover">
        <Avatar name={me.name} />
        <span className="min-w-0 flex-1">
          <span className="block truncate font-medium text-ink text-sm leading-4">{me.name}</span>
          <span className="block truncate text-faint text-xs leading-4">{me.email}</span>
        </span>
        <ChevronsUpDown className="size-4 shrink-0 text-faint" aria-hidden />
      </MenuTrigger>
      <MenuContent align="start" className="w-(--radix-dropdown-menu-trigger-width)">
        <MenuItem asChild>
          <Link href="/account">
            <UserRound /> {t('account')}
          </Link>
        </MenuItem>
        <MenuSeparator />
        <MenuItem onSelect={signOut}>
          <LogOut /> {t('signOut')}
        </MenuItem>
      </MenuContent>
    </Menu>
  );
}
