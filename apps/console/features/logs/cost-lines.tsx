// How the cost of a request adds up: tokens times price, line by line, times the user's factor.
'use client';
import type { RequestLogDetail } from '@api-proxy/contracts/request-logs';
import { useTranslations } from 'next-intl';
import { Badge } from '@/components/ui/badge';
import { Count, Money } from '@/components/ui/value';

const CELL = 'px-3 py-1.5 text-right';

/** Cache classes appear only where they were used. */
export function CostLines({ row }: { row: RequestLogDetail }) {
  const t = useTranslations('logs');
  const lines = row.costLines.filter((line) => line.tokens > 0);
  if (!row.priced)
    return <p className="rounded-md border border-line px-3 py-2 text-muted">{t('unpricedText')}</p>;
  if (lines.length === 0)
    return <p className="rounded-md border border-line px-3 py-2 text-muted">{t('noCost')}</p>;
  return (
    <div className="overflow-x-auto rounded-md border border-line">
      <table className="w-full text-left">
        <thead className="bg-sunken text-faint text-xs">
          <tr>
            <th scope="col" className="h-8 px-3 font-medium">
              {t('usageClass')}
            </th>
            <th scope="col" className={`${CELL} font-medium`}>
              {t('tokens')}
            </th>
            <th scope="col" className={`${CELL} font-medium`}>
              {t('pricePerMTok')}
            </th>
            <th scope="col" className={`${CELL} font-medium`}>
              {t('amount')}
            </th>
          </tr>
        </thead>
        <tbody>
          {lines.map((line) => (
            <tr key={line.usageClass} className="border-line border-t">
              <td className="px-3 py-1.5">{t(`class.${line.usageClass}`)}</td>
              <td className={CELL}>
                <Count value={line.tokens} />
              </td>
              <td className={`${CELL} text-muted`}>
                <Money usd={line.pricePerMTok} />
              </td>
              <td className={CELL}>
                <span className="num">${line.amountUsd}</span>
              </td>
            </tr>
          ))}
        </tbody>
        <tfoot>
          <tr className="border-line border-t bg-sunken font-medium">
            <td className="px-3 py-1.5" colSpan={3}>
              {t('total')} {row.multiplier !== '1' && <Badge>{`× ${row.multiplier}`}</Badge>}{' '}
              {row.usage.estimated && <Badge tone="warn">{t('estimated')}</Badge>}
            </td>
            <td className={CELL}>
              <Money usd={row.costUsd} />
            </td>
          </tr>
        </tfoot>
      </table>
    </div>
  );
}
