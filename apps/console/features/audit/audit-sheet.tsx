// One change in full: who, from where, and each field before and after.
'use client';
import type { auditEntry } from '@api-proxy/contracts/audit';
import { useTranslations } from 'next-intl';
import type { z } from 'zod';
import { Dialog, SheetContent } from '@/components/ui/dialog';
import { Nothing, When } from '@/components/ui/value';
import { changesBetween } from './changes';

export type AuditEntry = z.infer<typeof auditEntry>;

export function AuditSheet({ entry, onClose }: { entry: AuditEntry; onClose: () => void }) {
  const t = useTranslations('audit');
  const changes = changesBetween(entry.before, entry.after);
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()}>
      <SheetContent
        className="max-w-2xl"
        title={<code className="font-mono text-base">{entry.action}</code>}
        description={entry.entityId}
      >
        <dl className="mb-5 grid grid-cols-3 gap-4">
          <div>
            <dt className="text-faint text-xs">{t('columns.time')}</dt>
            <dd>
              <When at={entry.createdAt} />
            </dd>
          </div>
          <div>
            <dt className="text-faint text-xs">{t('columns.actor')}</dt>
            <dd className="truncate">{entry.actorName || t('system')}</dd>
          </div>
          <div>
            <dt className="text-faint text-xs">{t('columns.ip')}</dt>
            <dd className="truncate font-mono text-xs">{entry.ip ?? <Nothing />}</dd>
          </div>
        </dl>
        {changes.length === 0 ? (
          <p className="text-muted">{t('noChanges')}</p>
        ) : (
          <ul className="divide-y divide-line overflow-hidden rounded-lg border border-line">
            {changes.map(({ path, before, after }) => (
              <li key={path} className="grid gap-1.5 p-3">
                <code className="font-medium font-mono text-ink text-xs">{path || t('value')}</code>
                {before !== undefined && <Side sign="−" label={t('before')} text={before} bad />}
                {after !== undefined && <Side sign="+" label={t('after')} text={after} />}
              </li>
            ))}
          </ul>
        )}
      </SheetContent>
    </Dialog>
  );
}

function Side({
  sign,
  label,
  text,
  bad = false,
}: {
  sign: string;
  label: string;
  text: string;
  bad?: boolean;
}) {
  return (
    <div
      className={`flex gap-2 rounded px-2 py-1 font-mono text-xs ${bad ? 'bg-bad-soft text-bad' : 'bg-ok-soft text-ok'}`}
    >
      <span aria-hidden>{sign}</span>
      <span className="sr-only">{label}</span>
      <span className="min-w-0 whitespace-pre-wrap break-all">{text === '' ? '""' : text}</span>
    </div>
  );
}
