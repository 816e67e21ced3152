// What every chosen price becomes under a rule, as the server computes it: old → new, class by class.
'use client';
import {
  type ChangedPrice,
  changePrices,
  type TariffChange,
  type TariffClass,
  tariffClass,
} from '@api-proxy/contracts/prices';
import { useTranslations } from 'next-intl';
import { ErrorState } from '@/components/ui/empty-state';
import { When } from '@/components/ui/value';
import { cn } from '@/lib/cn';
import { exactMoney } from '@/lib/money';
import { shortCount } from '@/lib/number';
import { useRead } from '@/lib/query';
import { touches } from './bulk-values';
import { useSettled } from './use-settled';

const TYPING_MS = 300;

type Props = {
  priceIds: string[];
  /** Undefined: the form does not say one yet. */
  rule: TariffChange | undefined;
  from: { effectiveFrom?: string };
  channelNames: ReadonlyMap<string, string>;
};

export function BulkPreview({ priceIds, rule, from, channelNames }: Props) {
  const t = useTranslations('prices.bulk');
  const asked = useSettled(JSON.stringify({ rule, from }), TYPING_MS);
  const settled = asked === JSON.stringify({ rule, from });
  const outcome = useRead(
    changePrices,
    {
      body: {
        priceIds,
        change: rule ?? { kind: 'scale', factor: '1', classes: ['input'] },
        ...from,
        preview: true,
      },
    },
    { enabled: rule !== undefined && settled, keepPrevious: true },
  );
  if (rule === undefined)
    return (
      <p className="rounded-md border border-line border-dashed px-3 py-4 text-center text-muted">
        {t('noRule')}
      </p>
    );
  if (outcome.error) return <ErrorState error={outcome.error} onRetry={() => outcome.refetch()} />;
  if (!outcome.data) return <div className="skeleton h-32 w-full" />;
  const busy = outcome.isFetching || !settled;
  return (
    <ul
      className={cn(
        'divide-y divide-line rounded-md border border-line transition-opacity',
        busy && 'opacity-60',
      )}
      aria-busy={busy}
    >
      {outcome.data.items.map((item) => (
        <Item key={item.priceId} item={item} rule={rule} channelNames={channelNames} />
      ))}
    </ul>
  );
}

function Item({
  item,
  rule,
  channelNames,
}: {
  item: ChangedPrice;
  rule: TariffChange;
  channelNames: Props['channelNames'];
}) {
  const t = useTranslations('prices');
  const { before, after } = item;
  return (
    <li className="grid gap-2 px-3 py-2.5">
      <div className="flex flex-wrap items-baseline gap-x-3">
        <code className="min-w-0 break-all font-medium font-mono text-ink text-xs">{item.model}</code>
        {item.channelId && (
          <span className="text-faint text-xs">
            {t('onChannel', { name: channelNames.get(item.channelId) ?? item.channelId })}
          </span>
        )}
      </div>
      <Classes before={before} after={after} rule={rule} />
      {before.longContext && after.longContext && (
        <div className="grid gap-1.5 border-line border-l-2 pl-3">
          <span className="text-faint text-xs">
            {t('columns.longContext')} {t('above', { tokens: shortCount(after.longContext.threshold) })}
          </span>
          <Classes before={before.longContext} after={after.longContext} rule={rule} />
        </div>
      )}
      {item.replacedAt && (
        <p className="text-warn text-xs">
          {t('bulk.replaced')} <When at={item.replacedAt} />
        </p>
      )}
    </li>
  );
}

type Amounts = Record<TariffClass, string>;

function Classes({ before, after, rule }: { before: Amounts; after: Amounts; rule: TariffChange }) {
  const t = useTranslations('prices');
  return (
    <dl className="grid grid-cols-2 gap-x-4 gap-y-1.5 sm:grid-cols-5">
      {tariffClass.options.map((name) => {
        const changed = before[name] !== after[name];
        return (
          <div key={name} className={cn('min-w-0', !touches(rule, name) && 'opacity-60')}>
            <dt className="text-faint text-xs">{t(`columns.${name}`)}</dt>
            <dd className="num">
              {changed && (
                <span className="block text-faint text-xs line-through">{exactMoney(before[name])}</span>
              )}
              <span className={cn(changed && 'font-medium text-ink')}>{exactMoney(after[name])}</span>
            </dd>
          </div>
        );
      })}
    </dl>
  );
}
