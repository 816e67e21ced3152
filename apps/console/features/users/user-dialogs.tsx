// The dialogs about users: create, edit, quota, password, disable, delete.
'use client';
import { deleteUser, type User, updateUser } from '@api-proxy/contracts/users';
import { useTranslations } from 'next-intl';
import { toast } from 'sonner';
import { ConfirmDialog } from '@/components/ui/confirm-dialog';
import { useWrite } from '@/lib/query';
import { CreateUserDialog } from './create-user-dialog';
import { EditUserDialog } from './edit-user-dialog';
import { PasswordDialog } from './password-dialog';
import { QuotaDialog } from './quota-dialog';

export type OpenedUser =
  | { act: 'create' }
  | { act: 'edit' | 'quota' | 'password' | 'disable' | 'delete'; user: User };

export function UserDialogs({
  opened,
  onClose,
  onDeleted,
}: {
  opened: OpenedUser | null;
  onClose: () => void;
  onDeleted: () => void;
}) {
  if (opened === null) return null;
  switch (opened.act) {
    case 'create':
      return <CreateUserDialog onClose={onClose} />;
    case 'edit':
      return <EditUserDialog user={opened.user} onClose={onClose} />;
    case 'quota':
      return <QuotaDialog user={opened.user} onClose={onClose} />;
    case 'password':
      return <PasswordDialog user={opened.user} onClose={onClose} />;
    case 'disable':
      return <DisableDialog user={opened.user} onClose={onClose} />;
    case 'delete':
      return <DeleteDialog user={opened.user} onClose={onClose} onDeleted={onDeleted} />;
  }
}

function DisableDialog({ user, onClose }: { user: User; onClose: () => void }) {
  const t = useTranslations('users.disable');
  const update = useWrite(updateUser, ['users']);
  return (
    <ConfirmDialog
      confirmation={{
        title: t('title'),
        subject: `${user.name} · ${user.email}`,
        description: t('text'),
        confirmLabel: t('confirm'),
        onConfirm: async () => {
          await update.mutateAsync({ params: { userId: user.id }, body: { status: 'disabled' } });
          toast.success(t('done', { name: user.name }));
        },
      }}
      onClose={onClose}
    />
  );
}

function DeleteDialog({
  user,
  onClose,
  onDeleted,
}: {
  user: User;
  onClose: () => void;
  onDeleted: () => void;
}) {
  const t = useTranslations('users.delete');
  const remove = useWrite(deleteUser, ['users', 'keys']);
  return (
    <ConfirmDialog
      confirmation={{
        title: t('title'),
        subject: user.email,
        description: t('text', { name: user.name }),
        confirmLabel: t('confirm'),
        typeToConfirm: true,
        onConfirm: async () => {
          await remove.mutateAsync({ params: { userId: user.id } });
          toast.success(t('done', { name: user.name }));
          onDeleted();
        },
      }}
      onClose={onClose}
    />
  );
}
