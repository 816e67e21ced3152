// The five prices of a tariff, with the common rules that derive the cache prices from the input price.
'use client';
import { Wand2 } from 'lucide-react';
import { useTranslations } from 'next-intl';
import { useWatch } from 'react-hook-form';
import { MoneyField } from '@/components/form/fields';
import { Button } from '@/components/ui/button';
import { scaleMoney } from '@/lib/money';
import { CACHE_CLASSES, CACHE_RULE_NAMES, type CacheRule, cachePrices } from './cache-rules';
import type { PriceFormBinding } from './price-form';

export function TariffFields({ form, at }: { form: PriceFormBinding; at: 'tariff' | 'tariff.longContext' }) {
  const t = useTranslations('prices');
  const { control } = form;
  const input = useWatch({ control, name: `${at}.input` });
  const derived = scaleMoney(input ?? '', 1_000) !== '';
  const apply = (rule: CacheRule) => {
    const derivedPrices = cachePrices(input ?? '', rule);
    for (const name of CACHE_CLASSES)
      form.form.setValue(`${at}.${name}`, derivedPrices[name], { shouldDirty: true, shouldValidate: true });
  };
  return (
    <div className="grid gap-4">
      <div className="grid gap-4 sm:grid-cols-2">
        <MoneyField control={control} name={`${at}.input`} label={t('columns.input')} suffix="/ M" />
        <MoneyField control={control} name={`${at}.output`} label={t('columns.output')} suffix="/ M" />
      </div>
      <div className="flex flex-wrap items-center gap-1.5">
        <span className="mr-1 inline-flex items-center gap-1.5 text-faint text-xs">
          <Wand2 className="size-3.5" aria-hidden /> {t('form.fillCache')}
        </span>
        {CACHE_RULE_NAMES.map((rule) => (
          <Button key={rule} size="sm" disabled={!derived} onClick={() => apply(rule)}>
            {t(`form.rules.${rule}`)}
          </Button>
        ))}
      </div>
      <div className="grid gap-4 sm:grid-cols-3">
        {CACHE_CLASSES.map((name) => (
          <MoneyField
            key={name}
            control={control}
            name={`${at}.${name}`}
            label={t(`columns.${name}`)}
            suffix="/ M"
          />
        ))}
      </div>
    </div>
  );
}
