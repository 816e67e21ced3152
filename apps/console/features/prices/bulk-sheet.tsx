// Changes several prices by one rule: the rule, from when on, and what every price becomes, before anything is sent.
'use client';
import { changePrices, type ListedPrice, tariffClass } from '@api-proxy/contracts/prices';
import { useTranslations } from 'next-intl';
import { useController, useWatch } from 'react-hook-form';
import { toast } from 'sonner';
import { MoneyField, TextField } from '@/components/form/fields';
import { FormSection } from '@/components/form/form';
import { FormDialog } from '@/components/form/form-dialog';
import { useContractForm } from '@/components/form/use-contract-form';
import { Checkbox, Segmented } from '@/components/ui/toggle';
import { ApiError } from '@/lib/api-error';
import { useWrite } from '@/lib/query';
import { BulkPreview } from './bulk-preview';
import { BULK_MODES, BULK_START, type BulkFields, bulkFields, ruleOf } from './bulk-values';
import { PRICE_READS } from './price-form';
import { StartField } from './start-field';

const QUICK = ['-20', '-10', '+10', '+20'];

type Binding = ReturnType<typeof useContractForm<BulkFields, BulkFields>>;

/** The instant in the form of the contract; nothing: from now on. */
function fromPart(startsAt: string): { effectiveFrom?: string } {
  return startsAt === '' ? {} : { effectiveFrom: new Date(startsAt).toISOString() };
}

export function BulkSheet({
  prices,
  channelNames,
  onClose,
  onDone,
}: {
  prices: readonly ListedPrice[];
  channelNames: ReadonlyMap<string, string>;
  onClose: () => void;
  onDone: () => void;
}) {
  const t = useTranslations('prices.bulk');
  const change = useWrite(changePrices, PRICE_READS);
  const priceIds = prices.map(({ id }) => id);
  const form = useContractForm<BulkFields, BulkFields>({
    schema: bulkFields,
    defaults: BULK_START,
    submit: async (fields) => {
      const rule = ruleOf(fields);
      if (rule === undefined) throw new ApiError(400, 'invalid_input', t('noRule'));
      const body = { priceIds, change: rule, note: fields.note, ...fromPart(fields.startsAt) };
      const { items } = await change.mutateAsync({ body });
      toast.success(t('done', { count: items.length }));
      onDone();
    },
  });
  const fields = useWatch({ control: form.control, compute: (values: BulkFields) => values });
  return (
    <FormDialog
      form={form}
      as="sheet"
      className="max-w-2xl"
      title={t('title', { count: prices.length })}
      description={t('text')}
      submitLabel={t('submit', { count: prices.length })}
      onClose={onClose}
    >
      <Rule form={form} />
      <FormSection title={t('validity')}>
        <div className="grid gap-4 sm:grid-cols-2">
          <StartField control={form.control} name="startsAt" />
          <TextField control={form.control} name="note" label={t('note')} hint={t('noteHint')} optional />
        </div>
      </FormSection>
      <FormSection title={t('preview')} description={t('previewText')}>
        <BulkPreview
          priceIds={priceIds}
          rule={ruleOf(fields)}
          from={fromPart(fields.startsAt)}
          channelNames={channelNames}
        />
      </FormSection>
    </FormDialog>
  );
}

function Rule({ form }: { form: Binding }) {
  const t = useTranslations('prices.bulk');
  const tPrices = useTranslations('prices');
  const { control } = form;
  const mode = useController({ control, name: 'mode' }).field;
  return (
    <div className="grid gap-4">
      <Segmented
        label={t('mode')}
        value={mode.value}
        onChange={mode.onChange}
        className="w-full [&>button]:flex-1 [&>button]:justify-center"
        options={BULK_MODES.map((value) => ({ value, label: t(`modes.${value}`) }))}
      />
      {mode.value === 'percent' && (
        <div className="grid gap-2">
          <TextField
            control={control}
            name="percent"
            label={t('percent')}
            hint={t('percentHint')}
            placeholder="+10"
            autoComplete="off"
            className="sm:w-1/2"
            mono
          />
          <div className="flex gap-1.5">
            {QUICK.map((percent) => (
              <button
                key={percent}
                type="button"
                onClick={() => form.form.setValue('percent', percent, { shouldDirty: true })}
                className="num h-6 rounded border border-line px-2 text-muted text-xs hover:bg-hover hover:text-ink"
              >
                {percent.replace('-', '−')}%
              </button>
            ))}
          </div>
        </div>
      )}
      {mode.value === 'factor' && (
        <TextField
          control={control}
          name="factor"
          label={t('factor')}
          hint={t('factorHint')}
          placeholder="1.1"
          inputMode="decimal"
          autoComplete="off"
          className="sm:w-1/2"
          mono
        />
      )}
      {mode.value === 'set' ? (
        <div className="grid grid-cols-2 gap-4 sm:grid-cols-3">
          {tariffClass.options.map((name) => (
            <MoneyField
              key={name}
              control={control}
              name={`amounts.${name}`}
              label={tPrices(`columns.${name}`)}
              placeholder={t('unchanged')}
              suffix="/ M"
            />
          ))}
        </div>
      ) : (
        <Classes form={form} />
      )}
    </div>
  );
}

function Classes({ form }: { form: Binding }) {
  const t = useTranslations('prices');
  const { field } = useController({ control: form.control, name: 'classes' });
  const toggle = (name: (typeof tariffClass.options)[number], on: boolean) =>
    field.onChange(tariffClass.options.filter((one) => (one === name ? on : field.value.includes(one))));
  return (
    <fieldset className="grid gap-2">
      <legend className="mb-1.5 font-medium text-ink text-sm">{t('bulk.classes')}</legend>
      <div className="flex flex-wrap gap-x-5 gap-y-2">
        {tariffClass.options.map((name) => (
          // biome-ignore lint/a11y/noLabelWithoutControl: the checkbox inside is a button of Radix
          <label key={name} className="inline-flex items-center gap-2 text-sm">
            <Checkbox
              checked={field.value.includes(name)}
              onCheckedChange={(on) => toggle(name, on === true)}
            />
            {t(`columns.${name}`)}
          </label>
        ))}
      </div>
    </fieldset>
  );
}
