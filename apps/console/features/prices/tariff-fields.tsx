// The five prices of a tariff, with the common rules that derive the cache prices from the input price.
'use client';
import { Wand2 } from 'lucide-react';
import { useTranslations } from 'next-intl';
import { useWatch } from 'react-hook-form';
import { MoneyField } from '@/components/form/fields';
import { Button } from '@/components/ui/button';
import { scaleMoney } from '@/lib/money';
import type { PriceFormBinding } from './price-form';

/**
 * Factors on the input price in thousandths. Anthropic: reads a tenth, writes 1.25 and 2 times
 * (https://docs.claude.com/en/docs/build-with-claude/prompt-caching#pricing). OpenAI: reads a tenth on current models,
 * writes are ordinary input (https://platform.openai.com/docs/pricing).
 */
const RULES = [
  { name: 'anthropic', cacheRead: 100, cacheWrite5m: 1_250, cacheWrite1h: 2_000 },
  { name: 'openai', cacheRead: 100, cacheWrite5m: 1_000, cacheWrite1h: 1_000 },
  { name: 'none', cacheRead: 1_000, cacheWrite5m: 1_000, cacheWrite1h: 1_000 },
] as const;
const CACHE = ['cacheRead', 'cacheWrite5m', 'cacheWrite1h'] as const;

export function TariffFields({ form, at }: { form: PriceFormBinding; at: 'tariff' | 'tariff.longContext' }) {
  const t = useTranslations('prices');
  const { control } = form;
  const input = useWatch({ control, name: `${at}.input` });
  const derived = scaleMoney(input ?? '', 1_000) !== '';
  const apply = (rule: (typeof RULES)[number]) => {
    for (const name of CACHE)
      form.form.setValue(`${at}.${name}`, scaleMoney(input ?? '', rule[name]), {
        shouldDirty: true,
        shouldValidate: true,
      });
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
        {RULES.map((rule) => (
          <Button key={rule.name} size="sm" disabled={!derived} onClick={() => apply(rule)}>
            {t(`form.rules.${rule.name}`)}
          </Button>
        ))}
      </div>
      <div className="grid gap-4 sm:grid-cols-3">
        {CACHE.map((name) => (
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
