// What can be done with a key.
'use client';
import type { Key } from '@api-proxy/contracts/keys';
import { CirclePlay, CircleSlash, Ellipsis, Pencil, RefreshCw, Trash2 } from 'lucide-react';
import { useTranslations } from 'next-intl';
import { Button } from '@/components/ui/button';
import { Menu, MenuContent, MenuItem, MenuSeparator, MenuTrigger } from '@/components/ui/menu';

export type KeyAction = { kind: 'edit' | 'rotate' | 'toggle' | 'delete'; key: Key };

/** The menu at the end of a row. */
export function KeyMenu({ apiKey, onAction }: { apiKey: Key; onAction: (action: KeyAction) => void }) {
  const t = useTranslations('keys');
  const act = (kind: KeyAction['kind']) => () => onAction({ kind, key: apiKey });
  return (
    <Menu>
      <MenuTrigger asChild>
        <Button variant="ghost" size="icon-sm" aria-label={t('actionsFor', { name: apiKey.name })}>
          <Ellipsis />
        </Button>
      </MenuTrigger>
      <MenuContent>
        <MenuItem onSelect={act('edit')}>
          <Pencil /> {t('edit')}
        </MenuItem>
        <MenuItem onSelect={act('rotate')}>
          <RefreshCw /> {t('rotate')}
        </MenuItem>
        <MenuItem onSelect={act('toggle')}>
          {apiKey.status === 'active' ? <CircleSlash /> : <CirclePlay />}
          {apiKey.status === 'active' ? t('disable') : t('enable')}
        </MenuItem>
        <MenuSeparator />
        <MenuItem danger onSelect={act('delete')}>
          <Trash2 /> {t('delete')}
        </MenuItem>
      </MenuContent>
    </Menu>
  );
}
