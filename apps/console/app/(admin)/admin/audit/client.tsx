// Who changed what: a list of changes, each with what it was and what it became.
'use client';
import { listAudit } from '@api-proxy/contracts/audit';
import { FileClock } from 'lucide-react';
import { useTranslations } from 'next-intl';
import { useQueryStates } from 'nuqs';
import { useState } from 'react';
import { DataTable } from '@/components/table/data-table';
import { Pager } from '@/components/table/pager';
import { useKeyset } from '@/components/table/use-keyset';
import { EmptyState } from '@/components/ui/empty-state';
import { PageHeader } from '@/components/ui/page-header';
import { Select } from '@/components/ui/select';
import { type AuditEntry, AuditSheet } from '@/features/audit/audit-sheet';
import { useAuditColumns } from '@/features/audit/use-audit-columns';
import { useRead } from '@/lib/query';
import { auditFilters, auditQuery, KINDS } from './search-params';

const ANY = 'any';

export function AuditClient() {
  const t = useTranslations('audit');
  const [{ kind }, setFilters] = useQueryStates(auditFilters);
  const keyset = useKeyset();
  const list = useRead(
    listAudit,
    { query: auditQuery({ kind, cursor: keyset.cursor }) },
    { keepPrevious: true },
  );
  const [opened, setOpened] = useState<AuditEntry | null>(null);
  const columns = useAuditColumns();
  return (
    <>
      <PageHeader title={t('title')} description={t('description')} />
      <DataTable
        name="audit"
        caption={t('title')}
        columns={columns}
        rows={list.data?.items}
        query={list}
        rowId={(entry) => entry.id}
        onOpen={setOpened}
        filters={
          <Select
            className="w-36"
            aria-label={t('columns.entity')}
            value={kind ?? ANY}
            onChange={(value) => {
              keyset.reset();
              void setFilters({ kind: KINDS.find((one) => one === value) ?? null });
            }}
            options={[
              { value: ANY, label: t('anyKind') },
              ...KINDS.map((value) => ({ value, label: t(`kinds.${value}`) })),
            ]}
          />
        }
        empty={<EmptyState icon={FileClock} title={t('empty')} description={t('emptyText')} />}
        footer={
          <Pager keyset={keyset} nextCursor={list.data?.nextCursor} count={list.data?.items.length ?? 0} />
        }
      />
      {opened && <AuditSheet entry={opened} onClose={() => setOpened(null)} />}
    </>
  );
}
