// The key list with its dialogs.
'use client';
import { deleteKey, type Key, listKeys, updateKey } from '@api-proxy/contracts/keys';
import { KeyRound, Plus } from 'lucide-react';
import { useTranslations } from 'next-intl';
import { useQueryStates } from 'nuqs';
import { useState } from 'react';
import { toast } from 'sonner';
import { DataTable } from '@/components/table/data-table';
import { Pager } from '@/components/table/pager';
import { SearchBox } from '@/components/table/search-box';
import { useKeyset } from '@/components/table/use-keyset';
import { Button } from '@/components/ui/button';
import { type Confirmation, ConfirmDialog } from '@/components/ui/confirm-dialog';
import { EmptyState } from '@/components/ui/empty-state';
import { PageHeader } from '@/components/ui/page-header';
import { useKeyColumns } from '@/features/keys/key-columns';
import { CreateKeyDialog, EditKeyDialog, RotateKeyDialog, SecretDialog } from '@/features/keys/key-dialogs';
import type { KeyAction } from '@/features/keys/key-menu';
import { useRead, useWrite } from '@/lib/query';
import { keySearchParams } from './search-params';

type Open = { kind: 'create' } | { kind: 'secret'; key: Key; secret: string } | KeyAction | null;

export function KeysClient() {
  const t = useTranslations('keys');
  const [{ search }, setParams] = useQueryStates(keySearchParams);
  const keyset = useKeyset();
  const [open, setOpen] = useState<Open>(null);
  const columns = useKeyColumns(setOpen);
  const list = useRead(
    listKeys,
    { query: { ...(search ? { search } : {}), ...(keyset.cursor ? { cursor: keyset.cursor } : {}) } },
    { keepPrevious: true },
  );
  const create = (
    <Button variant="primary" onClick={() => setOpen({ kind: 'create' })}>
      <Plus /> {t('create')}
    </Button>
  );
  return (
    <>
      <PageHeader title={t('title')} description={t('description')} actions={create} />
      <DataTable
        name="keys"
        caption={t('title')}
        columns={columns}
        rows={list.data?.items}
        query={list}
        rowId={(key) => key.id}
        onOpen={(key) => setOpen({ kind: 'edit', key })}
        filters={
          <SearchBox
            value={search}
            label={t('search')}
            onChange={(text) => {
              keyset.reset();
              void setParams({ search: text || null });
            }}
          />
        }
        empty={
          search ? (
            <EmptyState icon={KeyRound} title={t('noMatch')} description={t('noMatchText')} />
          ) : (
            <EmptyState icon={KeyRound} title={t('empty')} description={t('emptyText')} action={create} />
          )
        }
        footer={
          <Pager keyset={keyset} nextCursor={list.data?.nextCursor} count={list.data?.items.length ?? 0} />
        }
      />
      <KeyDialogs open={open} setOpen={setOpen} />
    </>
  );
}

function KeyDialogs({ open, setOpen }: { open: Open; setOpen: (open: Open) => void }) {
  const close = () => setOpen(null);
  const confirmation = useKeyConfirmation(open);
  return (
    <>
      {open?.kind === 'create' && (
        <CreateKeyDialog onClose={close} onCreated={(made) => setOpen({ kind: 'secret', ...made })} />
      )}
      {open?.kind === 'edit' && <EditKeyDialog apiKey={open.key} onClose={close} />}
      {open?.kind === 'rotate' && (
        <RotateKeyDialog
          apiKey={open.key}
          onClose={close}
          onRotated={(made) => setOpen({ kind: 'secret', ...made })}
        />
      )}
      {open?.kind === 'secret' && <SecretDialog made={open} onClose={close} />}
      <ConfirmDialog confirmation={confirmation} onClose={close} />
    </>
  );
}

function useKeyConfirmation(open: Open): Confirmation | null {
  const t = useTranslations('keys');
  const update = useWrite(updateKey, ['keys']);
  const remove = useWrite(deleteKey, ['keys']);
  if (open?.kind !== 'delete' && open?.kind !== 'toggle') return null;
  const { key } = open;
  const params = { keyId: key.id };
  if (open.kind === 'delete') {
    return {
      title: t('deleteTitle'),
      description: t('deleteText'),
      subject: key.name,
      confirmLabel: t('delete'),
      onConfirm: async () => {
        await remove.mutateAsync({ params });
        toast.success(t('deleted', { name: key.name }));
      },
    };
  }
  const on = key.status === 'disabled';
  return {
    title: on ? t('enableTitle') : t('disableTitle'),
    description: on ? t('enableText') : t('disableText'),
    subject: key.name,
    tone: on ? 'primary' : 'danger',
    confirmLabel: on ? t('enable') : t('disable'),
    onConfirm: () => update.mutateAsync({ params, body: { status: on ? 'active' : 'disabled' } }),
  };
}
