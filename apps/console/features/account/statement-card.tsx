// A statement, one's own or, for an administrator, another user's: every movement of money with the balance after it.
'use client';
import { type LedgerEntry, listLedger } from '@api-proxy/contracts/ledger';
import { Receipt, SearchX } from 'lucide-react';
import Link from 'next/link';
import { useTranslations } from 'next-intl';
import { useMemo } from 'react';
import { columnsOf } from '@/components/table/columns';
import { DataTable } from '@/components/table/data-table';
import { Pager } from '@/components/table/pager';
import { EmptyState } from '@/components/ui/empty-state';
import { Money, Nothing, When } from '@/components/ui/value';
import { signOfMoney } from '@/lib/money';
import { useRead } from '@/lib/query';
import { StatementFilters } from './statement-filters';
import { useStatementQuery } from './use-statement-query';

/** @param user whose statement; left out: one's own. */
export function Statement({ user }: { user?: string }) {
  const t = useTranslations('account');
  const state = useStatementQuery(user);
  const { keyset } = state;
  const query = { ...state.wanted, ...(keyset.cursor ? { cursor: keyset.cursor } : {}) };
  const list = useRead(listLedger, { query }, { keepPrevious: true });
  const columns = useStatementColumns(user === undefined ? '/logs' : '/admin/logs');
  return (
    <DataTable
      name="statement"
      caption={t('statement')}
      columns={columns}
      rows={list.data?.items}
      query={list}
      rowId={(entry) => entry.id}
      filters={<StatementFilters state={state} />}
      empty={
        state.filtered ? (
          <EmptyState icon={SearchX} title={t('noMatch')} description={t('noMatchText')} />
        ) : (
          <EmptyState icon={Receipt} title={t('noStatement')} description={t('noStatementText')} />
        )
      }
      footer={
        <Pager keyset={keyset} nextCursor={list.data?.nextCursor} count={list.data?.items.length ?? 0} />
      }
    />
  );
}

/** @param logPath where a charge's request is shown. */
function useStatementColumns(logPath: string) {
  const t = useTranslations('account');
  return useMemo(
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
        {
          id: 'reference',
          label: t('reference'),
          cell: (entry) => <Reference entry={entry} logPath={logPath} />,
        },
        {
          id: 'note',
          label: t('note'),
          cell: (entry) =>
            entry.note ? (
              <span className="block max-w-56 truncate" title={entry.note}>
                {entry.note}
              </span>
            ) : (
              <Nothing />
            ),
        },
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
    [t, logPath],
  );
}

/** A request leads to its row in the log; other references are told apart by their last characters. */
function Reference({ entry, logPath }: { entry: LedgerEntry; logPath: string }) {
  const shown = `…${(entry.requestId ?? entry.reference).slice(-8)}`;
  if (entry.requestId === null)
    return (
      <code className="font-mono text-faint text-xs" title={entry.reference}>
        {shown}
      </code>
    );
  return (
    <Link
      href={`${logPath}?detail=${entry.requestId}`}
      className="font-mono text-accent text-xs hover:underline"
      title={entry.requestId}
    >
      {shown}
    </Link>
  );
}
