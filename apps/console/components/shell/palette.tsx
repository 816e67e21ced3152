// ⌘K: goes to any page, and to what the API can find by name.
'use client';
import { listKeys } from '@api-proxy/contracts/keys';
import { listUsers } from '@api-proxy/contracts/users';
import { Command } from 'cmdk';
import { KeyRound, Search, UserRound } from 'lucide-react';
import { useRouter } from 'next/navigation';
import { useTranslations } from 'next-intl';
import { Dialog as Radix } from 'radix-ui';
import { type ReactNode, useDeferredValue, useEffect, useState } from 'react';
import { useRead } from '@/lib/query';
import { navFor } from './nav';
import { useMe } from './viewer';

const MIN_SEARCH = 2;

/** The button in the top bar and the dialog it opens. */
export function Palette() {
  const t = useTranslations('palette');
  const [open, setOpen] = useState(false);
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key.toLowerCase() !== 'k' || !(event.metaKey || event.ctrlKey)) return;
      event.preventDefault();
      setOpen((before) => !before);
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, []);
  return (
    <>
      <button
        type="button"
        onClick={() => setOpen(true)}
        className="flex h-8 items-center gap-2 rounded-md border border-line bg-surface px-2.5 text-faint text-sm shadow-xs transition-colors hover:border-line-strong hover:text-muted max-md:size-8 max-md:justify-center max-md:border-transparent max-md:bg-transparent max-md:px-0 max-md:shadow-none md:w-64"
        aria-label={t('open')}
      >
        <Search className="size-4" aria-hidden />
        <span className="flex-1 text-left max-md:hidden">{t('open')}</span>
        <kbd className="rounded border border-line bg-sunken px-1 font-sans text-2xs max-md:hidden">⌘K</kbd>
      </button>
      <Radix.Root open={open} onOpenChange={setOpen}>
        <Radix.Portal>
          <Radix.Overlay className="fixed inset-0 z-50 bg-black/40 data-[state=open]:animate-in data-[state=open]:fade-in-0 dark:bg-black/60" />
          <Radix.Content
            aria-describedby={undefined}
            className="fixed top-[12vh] left-1/2 z-50 w-[calc(100%-2rem)] max-w-xl -translate-x-1/2 overflow-hidden rounded-xl border border-line bg-surface shadow-lg outline-none data-[state=open]:animate-in data-[state=open]:fade-in-0"
          >
            <Radix.Title className="sr-only">{t('open')}</Radix.Title>
            <Results onDone={() => setOpen(false)} />
          </Radix.Content>
        </Radix.Portal>
      </Radix.Root>
    </>
  );
}

function Results({ onDone }: { onDone: () => void }) {
  const t = useTranslations('palette');
  const tNav = useTranslations('nav');
  const me = useMe();
  const router = useRouter();
  const [text, setText] = useState('');
  const go = (href: string) => {
    onDone();
    router.push(href);
  };
  return (
    <Command loop label={t('open')}>
      <div className="flex items-center gap-2.5 border-line border-b px-4">
        <Search className="size-4 shrink-0 text-faint" aria-hidden />
        <Command.Input
          value={text}
          onValueChange={setText}
          placeholder={t('placeholder')}
          className="h-12 w-full bg-transparent text-base outline-none placeholder:text-faint"
        />
      </div>
      <Command.List className="max-h-[50vh] overflow-y-auto p-1.5 [&_[cmdk-group-heading]]:px-2.5 [&_[cmdk-group-heading]]:py-1.5 [&_[cmdk-group-heading]]:text-faint [&_[cmdk-group-heading]]:text-xs">
        <Command.Empty className="py-8 text-center text-faint">{t('nothing')}</Command.Empty>
        {navFor(me.role).map((group) => (
          <Command.Group key={group.label} heading={tNav(`group.${group.label}`)}>
            {group.items.map(({ href, label, icon: Icon }) => (
              <Item key={href} value={`${tNav(label)} ${href}`} onSelect={() => go(href)}>
                <Icon /> {tNav(label)}
              </Item>
            ))}
          </Command.Group>
        ))}
        <Found text={text} admin={me.role !== 'user'} go={go} />
      </Command.List>
    </Command>
  );
}

function Found({ text, admin, go }: { text: string; admin: boolean; go: (href: string) => void }) {
  const t = useTranslations('palette');
  const search = useDeferredValue(text.trim());
  const wanted = search.length >= MIN_SEARCH;
  const keys = useRead(listKeys, { query: { search, limit: 6 } }, { enabled: wanted });
  const users = useRead(listUsers, { query: { search, limit: 6 } }, { enabled: wanted && admin });
  if (!wanted) return null;
  return (
    <>
      {/^req_[0-9a-z]+$/.test(search) && (
        <Command.Group heading={t('requests')}>
          <Item value={search} onSelect={() => go(`${admin ? '/admin/logs' : '/logs'}?request=${search}`)}>
            <Search /> <span className="font-mono">{search}</span>
          </Item>
        </Command.Group>
      )}
      {keys.data && keys.data.items.length > 0 && (
        <Command.Group heading={t('keys')}>
          {keys.data.items.map((key) => (
            <Item
              key={key.id}
              value={`${key.name} ${key.prefix} ${key.id} ${search}`}
              onSelect={() => go(`/keys?search=${encodeURIComponent(key.name)}`)}
            >
              <KeyRound /> {key.name}{' '}
              <span className="ml-auto font-mono text-faint text-xs">{`${key.prefix}…${key.lastFour}`}</span>
            </Item>
          ))}
        </Command.Group>
      )}
      {users.data && users.data.items.length > 0 && (
        <Command.Group heading={t('users')}>
          {users.data.items.map((user) => (
            <Item
              key={user.id}
              value={`${user.name} ${user.email} ${user.id} ${search}`}
              onSelect={() => go(`/admin/users?search=${encodeURIComponent(user.email)}`)}
            >
              <UserRound /> {user.name} <span className="ml-auto text-faint text-xs">{user.email}</span>
            </Item>
          ))}
        </Command.Group>
      )}
    </>
  );
}

function Item({ value, onSelect, children }: { value: string; onSelect: () => void; children: ReactNode }) {
  return (
    <Command.Item
      value={value}
      onSelect={onSelect}
      className="flex h-9 cursor-default items-center gap-2.5 rounded-md px-2.5 text-sm data-[selected=true]:bg-hover [&_svg]:size-4 [&_svg]:text-faint"
    >
      {children}
    </Command.Item>
  );
}
