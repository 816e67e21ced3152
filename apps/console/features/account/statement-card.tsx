// A statement, one's own or, for an administrator, another user's: every movement of money with the balance after it.
'use client';
import { type LedgerEntry, listLedger } from '@api-proxy/contracts/ledger';
import { Receipt } from 'lucide-react';
import { useTranslations } from 'next-intl';
import { useMemo } from 'react';
import { columnsOf } from '@/components/table/columns';
import { DataTable } from '@/components/table/data-table';
import { Pager } from '@/components/table/pager';
import { useKeyset } from '@/components/table/use-keyset';
import { EmptyState } from '@/components/ui/empty-state';
import { Money, Nothing, When } from '@/components/ui/value';
import { signOfMoney } from '@/lib/money';
import { useRead } from '@/lib/query';

/** @param user whose statement; left out: one's own. */
export function Statement({ user }: { user?: string }) {
  const t = useTranslations('account');
  const keyset = useKeyset(user === undefined ? 'cursor' : 'entries');
  const query = {
    ...(keyset.cursor ? { cursor: keyset.cursor } : {}),
    ...(user === undefined ? {} : { user }),
  };
  const list = useRead(listLedger, { query }, { keepPrevious: true });
  const columns = useMemo(
    () =>
      columnsOf<LedgerEntry>([
        {
          id: 'time',
          label: t('when'),
          cell: (entry) => <When at={entry.createdAt} dense className="text-muted" />,
        },
        {
          id: 'kind',
          label: t('kind'),
          pinned: true,
          card: 'title',
          cell: (entry) => <span className="font-medium">{t(`kinds.${entry.kind}`)}</span>,
        },
        { id: 'note', label: t('note'), cell: (entry) => entry.note || <Nothing /> },
        { id: 'actor', label: t('actor'), hidden: true, cell: (entry) => entry.actorName ?? <Nothing /> },
        {
          id: 'amount',
          label: t('amount'),
          align: 'right',
          card: 'title',
          cell: (entry) => (
            <Money usd={entry.amountUsd} className={signOfMoney(entry.amountUsd) > 0 ? 'text-ok' : ''} />
          ),
        },
        {
          id: 'balance',
          label: t('balanceAfter'),
          align: 'right',
          cell: (entry) => <Money usd={entry.balanceAfterUsd} />,
        },
      ]),
    [t],
  );
  return (
    <DataTable
      name="statement"
      caption={t('statement')}
      columns={columns}
      rows={list.data?.items}
      query={list}
      rowId={(entry) => entry.id}
      filters={<h2 className="font-medium text-base">{t('statement')}</h2>}
      empty={<EmptyState icon={Receipt} title={t('noStatement')} description={t('noStatementText')} />}
      footer={
        <Pager keyset={keyset} nextCursor={list.data?.nextCursor} count={list.data?.items.length ?? 0} />
      }
    />
  );
}
