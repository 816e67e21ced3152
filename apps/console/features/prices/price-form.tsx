// Sets a price: five classes of tokens, a long-context tier, from now or from a date on.
'use client';
import { createPrice, type Price, priceCreate } from '@api-proxy/contracts/prices';
import { useTranslations } from 'next-intl';
import { useId } from 'react';
import { useController, useWatch } from 'react-hook-form';
import { toast } from 'sonner';
import { z } from 'zod';
import { FieldLayout } from '@/components/form/field';
import { NumberField, TextField } from '@/components/form/fields';
import { FormSection } from '@/components/form/form';
import { FormDialog } from '@/components/form/form-dialog';
import { useContractForm } from '@/components/form/use-contract-form';
import { Select } from '@/components/ui/select';
import { Switch } from '@/components/ui/toggle';
import { scaleMoney } from '@/lib/money';
import { useWrite } from '@/lib/query';
import { StartField } from './start-field';
import { TariffFields } from './tariff-fields';

/** Reads that depend on prices. */
export const PRICE_READS = ['prices', 'models', 'catalog'] as const;

const ANY = 'any';
const THRESHOLD = 200_000;

const priceForm = priceCreate.omit({ effectiveFrom: true, provider: true }).extend({
  /** As the browser's date-and-time input has it, in the viewer's zone; empty: from now on. */
  startsAt: z.string().transform((text) => (text === '' ? undefined : new Date(text).toISOString())),
});
export type PriceFormInput = z.input<typeof priceForm>;
type PriceFormValues = z.output<typeof priceForm>;
export type PriceFormBinding = ReturnType<typeof useContractForm<PriceFormInput, PriceFormValues>>;

const EMPTY = {
  input: '',
  output: '',
  cacheRead: '',
  cacheWrite5m: '',
  cacheWrite1h: '',
  longContext: null,
} as const;

export function PriceForm({
  model,
  from,
  channelNames,
  onClose,
}: {
  model: string;
  from: Price | undefined;
  channelNames: ReadonlyMap<string, string>;
  onClose: () => void;
}) {
  const t = useTranslations('prices.form');
  const create = useWrite(createPrice, PRICE_READS);
  const form = useContractForm<PriceFormInput, PriceFormValues>({
    schema: priceForm,
    defaults: {
      model,
      channelId: from?.channelId ?? null,
      tariff: from?.tariff ?? EMPTY,
      startsAt: '',
      note: '',
    },
    submit: async ({ startsAt, ...body }) => {
      const provider = from?.provider ? { provider: from.provider } : {};
      const effectiveFrom = startsAt === undefined ? {} : { effectiveFrom: startsAt };
      await create.mutateAsync({ body: { ...body, ...provider, ...effectiveFrom } });
      toast.success(t('saved', { model: body.model }));
      onClose();
    },
  });
  const { control } = form;
  return (
    <FormDialog
      form={form}
      as="sheet"
      className="max-w-2xl"
      title={t(from ? 'changeTitle' : 'setTitle')}
      description={t('text')}
      submitLabel={t('submit')}
      onClose={onClose}
    >
      <div className="grid gap-4 sm:grid-cols-2">
        <TextField
          control={control}
          name="model"
          label={t('model')}
          mono
          autoFocus={model === ''}
          spellCheck={false}
          placeholder="claude-sonnet-4-5"
        />
        <ChannelField form={form} channelNames={channelNames} />
      </div>
      <FormSection title={t('tariff')} description={t('perMillion')}>
        <TariffFields form={form} at="tariff" />
      </FormSection>
      <LongContextSection form={form} />
      <FormSection title={t('validity')}>
        <div className="grid gap-4 sm:grid-cols-2">
          <StartField control={control} name="startsAt" />
          <TextField control={control} name="note" label={t('note')} optional />
        </div>
      </FormSection>
    </FormDialog>
  );
}

function ChannelField({
  form,
  channelNames,
}: {
  form: PriceFormBinding;
  channelNames: ReadonlyMap<string, string>;
}) {
  const t = useTranslations('prices.form');
  const id = useId();
  const { field } = useController({ control: form.control, name: 'channelId' });
  return (
    <FieldLayout id={id} label={t('channel')} hint={t('channelHint')}>
      <Select
        id={id}
        value={field.value ?? ANY}
        onChange={(value) => field.onChange(value === ANY ? null : value)}
        options={[
          { value: ANY, label: t('anyChannel') },
          ...[...channelNames].map(([value, label]) => ({ value, label })),
        ]}
      />
    </FieldLayout>
  );
}

function LongContextSection({ form }: { form: PriceFormBinding }) {
  const t = useTranslations('prices.form');
  const id = useId();
  const tier = useWatch({ control: form.control, name: 'tariff.longContext' });
  const on = tier !== null && tier !== undefined;
  const toggle = (wanted: boolean) => {
    const { tariff } = form.form.getValues();
    const twice = (usd: string) => scaleMoney(usd, 2_000);
    const value = {
      threshold: THRESHOLD,
      input: twice(tariff.input),
      output: scaleMoney(tariff.output, 1_500),
      cacheRead: twice(tariff.cacheRead),
      cacheWrite5m: twice(tariff.cacheWrite5m),
      cacheWrite1h: twice(tariff.cacheWrite1h),
    };
    form.form.setValue('tariff.longContext', wanted ? value : null, { shouldDirty: true });
  };
  return (
    <div className="grid gap-4 border-line border-t pt-4">
      <div className="flex items-center justify-between gap-4">
        <label htmlFor={id}>
          <span className="block font-medium text-ink text-sm">{t('longContext')}</span>
          <span className="mt-0.5 block text-faint text-xs">{t('longContextHint')}</span>
        </label>
        <Switch id={id} checked={on} onCheckedChange={toggle} />
      </div>
      {on && (
        <>
          <NumberField
            control={form.control}
            name="tariff.longContext.threshold"
            label={t('threshold')}
            suffix="token"
            className="sm:w-1/2"
          />
          <TariffFields form={form} at="tariff.longContext" />
        </>
      )}
    </div>
  );
}
