// Above a statement: which kinds, which days, and the whole of it as a file.
'use client';
import { ledgerKind } from '@api-proxy/contracts/enums';
import { listLedger } from '@api-proxy/contracts/ledger';
import { Download } from 'lucide-react';
import { useTranslations } from 'next-intl';
import { useState } from 'react';
import { toast } from 'sonner';
import { Button } from '@/components/ui/button';
import { Input } from '@/components/ui/input';
import { Select } from '@/components/ui/select';
import { call } from '@/lib/api';
import { saveFile } from '@/lib/save-file';
import { useErrorText } from '@/lib/use-error-text';
import { statementCsv } from './statement-csv';
import type { useStatementQuery } from './use-statement-query';

const ANY = 'any';
const AT_A_TIME = 1_000;

export function StatementFilters({ state }: { state: ReturnType<typeof useStatementQuery> }) {
  const t = useTranslations('account');
  const { filters, change } = state;
  return (
    <>
      <h2 className="mr-1 font-medium text-base max-sm:basis-full">{t('statement')}</h2>
      <Select
        className="w-32 max-sm:w-full"
        aria-label={t('kind')}
        value={filters.kind ?? ANY}
        onChange={(value) => change({ kind: ledgerKind.options.find((one) => one === value) ?? null })}
        options={[
          { value: ANY, label: t('anyKind') },
          ...ledgerKind.options.map((value) => ({ value, label: t(`kinds.${value}`) })),
        ]}
      />
      <Day label={t('since')} value={filters.since} onChange={(since) => change({ since })} />
      <span className="text-faint" aria-hidden>
        –
      </span>
      <Day label={t('until')} value={filters.until} onChange={(until) => change({ until })} />
      {state.filtered && (
        <Button variant="ghost" onClick={() => change({ kind: null, since: null, until: null })}>
          {t('clearFilters')}
        </Button>
      )}
      <Export wanted={state.wanted} />
    </>
  );
}

function Day({
  label,
  value,
  onChange,
}: {
  label: string;
  value: string | null;
  onChange: (day: string | null) => void;
}) {
  return (
    <Input
      type="date"
      aria-label={label}
      title={label}
      className="num w-36 max-sm:w-auto max-sm:min-w-32 max-sm:flex-1"
      value={value ?? ''}
      onChange={(event) => onChange(event.target.value || null)}
    />
  );
}

function Export({ wanted }: { wanted: ReturnType<typeof useStatementQuery>['wanted'] }) {
  const t = useTranslations('account');
  const errorText = useErrorText();
  const [busy, setBusy] = useState(false);
  const save = async () => {
    setBusy(true);
    try {
      const csv = await statementCsv((cursor) =>
        call(listLedger, {
          query: { ...wanted, limit: AT_A_TIME, ...(cursor === undefined ? {} : { cursor }) },
        }),
      );
      saveFile(`statement-${new Date().toISOString().slice(0, 10)}.csv`, 'text/csv', csv);
    } catch (error) {
      toast.error(errorText(error));
    } finally {
      setBusy(false);
    }
  };
  return (
    <Button busy={busy} onClick={() => void save()} className="max-sm:w-full sm:ml-auto">
      {!busy && <Download />} {t('csv')}
    </Button>
  );
}
