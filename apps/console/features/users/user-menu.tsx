// What an administrator can do for a user; a super admin is out of reach of an admin.
'use client';
import { type User, updateUser } from '@api-proxy/contracts/users';
import { Ban, CircleCheck, Coins, Ellipsis, KeyRound, Pencil, Trash2 } from 'lucide-react';
import { useTranslations } from 'next-intl';
import { toast } from 'sonner';
import { useMe } from '@/components/shell/viewer';
import { Button } from '@/components/ui/button';
import { Menu, MenuContent, MenuItem, MenuSeparator, MenuTrigger } from '@/components/ui/menu';
import { useWrite } from '@/lib/query';
import { useErrorText } from '@/lib/use-error-text';
import type { OpenedUser } from './user-dialogs';

/** Whether the viewer may change this user. */
export function useMayChange(user: User): boolean {
  const me = useMe();
  return user.role !== 'super_admin' || me.role === 'super_admin';
}

export function UserMenu({ user, onAct }: { user: User; onAct: (opened: OpenedUser) => void }) {
  const t = useTranslations('users.menu');
  const me = useMe();
  const errorText = useErrorText();
  const may = useMayChange(user);
  const update = useWrite(updateUser, ['users']);
  const enable = () =>
    update.mutate(
      { params: { userId: user.id }, body: { status: 'active' } },
      {
        onSuccess: () => toast.success(t('enabled', { name: user.name })),
        onError: (error) => toast.error(errorText(error)),
      },
    );
  const self = user.id === me.id;
  return (
    <Menu>
      <MenuTrigger asChild>
        <Button variant="ghost" size="icon-sm" aria-label={t('of', { name: user.name })}>
          <Ellipsis />
        </Button>
      </MenuTrigger>
      <MenuContent>
        <MenuItem disabled={!may} onSelect={() => onAct({ act: 'edit', user })}>
          <Pencil /> {t('edit')}
        </MenuItem>
        <MenuItem disabled={!may} onSelect={() => onAct({ act: 'quota', user })}>
          <Coins /> {t('quota')}
        </MenuItem>
        <MenuItem disabled={!may} onSelect={() => onAct({ act: 'password', user })}>
          <KeyRound /> {t('password')}
        </MenuItem>
        <MenuSeparator />
        {user.status === 'disabled' ? (
          <MenuItem disabled={!may} onSelect={enable}>
            <CircleCheck /> {t('enable')}
          </MenuItem>
        ) : (
          <MenuItem disabled={!may || self} onSelect={() => onAct({ act: 'disable', user })}>
            <Ban /> {t('disable')}
          </MenuItem>
        )}
        <MenuItem danger disabled={!may || self} onSelect={() => onAct({ act: 'delete', user })}>
          <Trash2 /> {t('delete')}
        </MenuItem>
      </MenuContent>
    </Menu>
  );
}
