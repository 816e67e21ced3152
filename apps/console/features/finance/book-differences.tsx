// Where the books disagree: whose, which book, what it should say and says.
'use client';
import type { Reconciliation } from '@api-proxy/contracts/finance';
import { useTranslations } from 'next-intl';
import { exactMoney } from '@/lib/money';

type Difference = Reconciliation['differences'][number];

export function BookDifferences({ differences, more }: { differences: readonly Difference[]; more: number }) {
  const t = useTranslations('finance.books');
  const amount = ({ book }: Difference, text: string) => (book === 'requests' ? text : exactMoney(text));
  return (
    <div className="overflow-x-auto rounded-md border border-line">
      <table className="w-full text-left">
        <thead className="bg-sunken text-muted text-xs">
          <tr>
            <th className="px-3 py-2 font-medium">{t('owner')}</th>
            <th className="px-3 py-2 font-medium">{t('book')}</th>
            <th className="px-3 py-2 text-right font-medium">{t('expected')}</th>
            <th className="px-3 py-2 text-right font-medium">{t('found')}</th>
          </tr>
        </thead>
        <tbody className="divide-y divide-line">
          {differences.map((one) => (
            <tr key={`${one.ownerId} ${one.book}`}>
              <td className="px-3 py-2">
                {one.ownerName ?? <code className="font-mono text-xs">{one.ownerId}</code>}
              </td>
              <td className="px-3 py-2">{t(`names.${one.book}`)}</td>
              <td className="num px-3 py-2 text-right">{amount(one, one.expected)}</td>
              <td className="num px-3 py-2 text-right text-bad">{amount(one, one.found)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {more > 0 && <p className="border-line border-t px-3 py-2 text-muted">{t('more', { count: more })}</p>}
    </div>
  );
}
