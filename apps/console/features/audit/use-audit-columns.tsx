// The columns of the audit list.
'use client';
import { useTranslations } from 'next-intl';
import { useMemo } from 'react';
import { columnsOf } from '@/components/table/columns';
import { Nothing, When } from '@/components/ui/value';
import type { AuditEntry } from './audit-sheet';
import { changesBetween } from './changes';

const FEW = 3;

/** A name that the entity had or got, where it says one. */
function nameOf(entry: AuditEntry): string | undefined {
  for (const side of [entry.after, entry.before]) {
    if (typeof side !== 'object' || side === null) continue;
    const named = Object.entries(side).find(([key]) => ['name', 'model', 'email'].includes(key));
    if (named && typeof named[1] === 'string') return named[1];
  }
  return undefined;
}

export function useAuditColumns() {
  const t = useTranslations('audit');
  return useMemo(
    () =>
      columnsOf<AuditEntry>([
        {
          id: 'time',
          label: t('columns.time'),
          pinned: true,
          cell: ({ createdAt }) => <When at={createdAt} dense className="text-muted" />,
        },
        {
          id: 'actor',
          label: t('columns.actor'),
          cell: ({ actorName }) => <span className="font-medium">{actorName || t('system')}</span>,
        },
        {
          id: 'action',
          label: t('columns.action'),
          pinned: true,
          card: 'title',
          cell: ({ action }) => <code className="font-mono text-xs">{action}</code>,
        },
        {
          id: 'entity',
          label: t('columns.entity'),
          cell: (entry) => (
            <div className="max-w-56">
              <div className="truncate">{nameOf(entry) ?? entry.entityId}</div>
              {nameOf(entry) && (
                <code className="block truncate font-mono text-faint text-xs">{entry.entityId}</code>
              )}
            </div>
          ),
        },
        {
          id: 'changes',
          label: t('columns.changes'),
          cell: (entry) => <ChangedFields entry={entry} />,
        },
        {
          id: 'ip',
          label: t('columns.ip'),
          cell: ({ ip }) => (ip ? <code className="font-mono text-muted text-xs">{ip}</code> : <Nothing />),
        },
      ]),
    [t],
  );
}

function ChangedFields({ entry }: { entry: AuditEntry }) {
  const paths = changesBetween(entry.before, entry.after).map(({ path }) => path);
  if (paths.length === 0) return <Nothing />;
  return (
    <span className="block max-w-72 truncate font-mono text-muted text-xs" title={paths.join(', ')}>
      {paths.slice(0, FEW).join(', ')}
      {paths.length > FEW && <span className="text-faint"> +{paths.length - FEW}</span>}
    </span>
  );
}
