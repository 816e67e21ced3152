// A user's keys, as an administrator sees them: usage and limits, to be switched off or on; never the secret.
'use client';
import { type Key, listKeys, updateKey } from '@api-proxy/contracts/keys';
import { KeyRound } from 'lucide-react';
import { useTranslations } from 'next-intl';
import { useMemo, useState } from 'react';
import { toast } from 'sonner';
import { columnsOf } from '@/components/table/columns';
import { DataTable } from '@/components/table/data-table';
import { EmptyState } from '@/components/ui/empty-state';
import { Switch } from '@/components/ui/toggle';
import { Money, When } from '@/components/ui/value';
import { useRead, useWrite } from '@/lib/query';
import { useErrorText } from '@/lib/use-error-text';

const LIMIT = 200;

export function UserKeys({ userId }: { userId: string }) {
  const t = useTranslations('users.keys');
  const keys = useRead(listKeys, { query: { user: userId, limit: LIMIT } });
  const columns = useMemo(
    () =>
      columnsOf<Key>([
        {
          id: 'name',
          label: t('name'),
          pinned: true,
          card: 'title',
          cell: (key) => (
            <div className="max-w-48">
              <div className="truncate font-medium">{key.name}</div>
              <code className="font-mono text-faint text-xs">{`${key.prefix}…${key.lastFour}`}</code>
            </div>
          ),
        },
        {
          id: 'used',
          label: t('used'),
          align: 'right',
          pinned: true,
          cell: ({ usedUsd }) => <Money usd={usedUsd} short />,
        },
        {
          id: 'lastUsed',
          label: t('lastUsed'),
          pinned: true,
          cell: ({ lastUsedAt }) => <When at={lastUsedAt} />,
        },
        {
          id: 'expires',
          label: t('expires'),
          pinned: true,
          cell: ({ expiresAt }) => <When at={expiresAt} />,
        },
        {
          id: 'active',
          label: t('active'),
          pinned: true,
          align: 'right',
          cell: (key) => <KeySwitch item={key} />,
        },
      ]),
    [t],
  );
  return (
    <DataTable
      name="user-keys"
      caption={t('title')}
      columns={columns}
      rows={keys.data?.items}
      query={keys}
      rowId={(key) => key.id}
      empty={<EmptyState icon={KeyRound} title={t('none')} />}
    />
  );
}

function KeySwitch({ item }: { item: Key }) {
  const t = useTranslations('users.keys');
  const errorText = useErrorText();
  const update = useWrite(updateKey, ['keys']);
  const [wanted, setWanted] = useState<boolean | null>(null);
  const change = async (on: boolean) => {
    setWanted(on);
    await update
      .mutateAsync({ params: { keyId: item.id }, body: { status: on ? 'active' : 'disabled' } })
      .catch((error: unknown) => toast.error(errorText(error)));
    setWanted(null);
  };
  return (
    <Switch
      className="align-middle"
      aria-label={t('activeOf', { name: item.name })}
      checked={wanted ?? item.status === 'active'}
      disabled={wanted !== null}
      onCheckedChange={change}
    />
  );
}
