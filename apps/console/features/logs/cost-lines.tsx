// How the cost of a request adds up: tokens times price, line by line, times the user's factor.
'use client';
import type { RequestLogDetail } from '@api-proxy/contracts/request-logs';
import { useTranslations } from 'next-intl';
import type { ReactNode } from 'react';
import { Badge } from '@/components/ui/badge';
import { Count, Money, When } from '@/components/ui/value';
import { signOfMoney } from '@/lib/money';
import { shortCount } from '@/lib/number';

const CELL = 'px-3 py-1.5 text-right max-sm:px-2';

/** Cache classes appear only where they were used. */
export function CostLines({ row }: { row: RequestLogDetail }) {
  const t = useTranslations('logs');
  const lines = row.costLines.filter((line) => line.tokens > 0);
  if (!row.priced)
    return <p className="rounded-md border border-line px-3 py-2 text-muted">{t('unpricedText')}</p>;
  if (lines.length === 0)
    return <p className="rounded-md border border-line px-3 py-2 text-muted">{t('noCost')}</p>;
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-2">
      <div className="overflow-x-auto rounded-md border border-line">
        <table className="w-full text-left max-sm:text-xs">
          <thead className="bg-sunken text-faint text-xs">
            <tr>
              <th scope="col" className="h-8 px-3 font-medium max-sm:px-2">
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
                <td className="px-3 py-1.5 max-sm:px-2">{t(`class.${line.usageClass}`)}</td>
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
            {lines.length > 1 && (
              <Line label={t('sum')}>
                <span className="num">${row.costSumUsd}</span>
              </Line>
            )}
            {row.multiplier !== '1' && (
              <Line label={t('multiplier')}>
                <span className="num">× {row.multiplier}</span>
              </Line>
            )}
            <tr className="border-line border-t bg-sunken font-medium">
              <td className="px-3 py-1.5 max-sm:px-2" colSpan={3}>
                {t('total')} {row.usage.estimated && <Badge tone="warn">{t('estimated')}</Badge>}
              </td>
              <td className={CELL}>
                <Money usd={row.costUsd} />
              </td>
            </tr>
          </tfoot>
        </table>
      </div>
      <Grounds row={row} />
    </div>
  );
}

function Line({ label, children }: { label: string; children: ReactNode }) {
  return (
    <tr className="border-line border-t text-muted">
      <td className="px-3 py-1.5 max-sm:px-2" colSpan={3}>
        {label}
      </td>
      <td className={CELL}>{children}</td>
    </tr>
  );
}

/** Which price it was, and what else bears on the bill. */
function Grounds({ row }: { row: RequestLogDetail }) {
  const t = useTranslations('logs');
  const { price } = row;
  const spared = signOfMoney(row.costUsd) === 0 && /[1-9]/.test(row.costSumUsd);
  return (
    <div className="flex flex-wrap items-center gap-x-3 gap-y-1 text-faint text-xs">
      {price && (
        <span>
          {t('priceFrom')} <When at={price.effectiveFrom} />{' '}
          <code className="font-mono">{price.priceId}</code>
        </span>
      )}
      {price?.override && <Badge>{t('override')}</Badge>}
      {price && price.longContextAbove !== null && (
        <Badge>{t('longContext', { tokens: shortCount(price.longContextAbove) })}</Badge>
      )}
      {row.usage.reasoning > 0 && (
        <span>
          {t('reasoning')} <Count value={row.usage.reasoning} />
        </span>
      )}
      {Object.entries(row.serverTools).map(([tool, count]) => (
        <span key={tool}>{t('serverTool', { tool, count })}</span>
      ))}
      {spared && <span className="basis-full text-muted">{t('spared')}</span>}
      {signOfMoney(row.operatorLossUsd) > 0 && (
        <span className="basis-full text-muted">
          {t('operatorLoss')} <Money usd={row.operatorLossUsd} />
        </span>
      )}
    </div>
  );
}
