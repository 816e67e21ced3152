// Makes gift cards; shows what they are worth together before anything is sent.
'use client';
import { createGiftCards, giftCardsCreate, type NewGiftCards } from '@api-proxy/contracts/gift-cards';
import { useTranslations } from 'next-intl';
import { useWatch } from 'react-hook-form';
import { ExpiryField } from '@/components/form/expiry-field';
import { MoneyField, NumberField, TextField } from '@/components/form/fields';
import { FormDialog } from '@/components/form/form-dialog';
import { useContractForm } from '@/components/form/use-contract-form';
import { Money } from '@/components/ui/value';
import { sumMoney } from '@/lib/money';
import { useWrite } from '@/lib/query';

export function CreateGiftCardsDialog({
  onMade,
  onClose,
}: {
  onMade: (made: NewGiftCards) => void;
  onClose: () => void;
}) {
  const t = useTranslations('giftCards.form');
  const create = useWrite(createGiftCards, ['giftCards']);
  const form = useContractForm({
    schema: giftCardsCreate,
    defaults: { amountUsd: '', count: 1, expiresAt: null, note: '' },
    submit: async (body) => onMade(await create.mutateAsync({ body })),
  });
  const { control } = form;
  const values = useWatch({ control });
  const valid = giftCardsCreate.pick({ amountUsd: true, count: true }).safeParse({
    amountUsd: values.amountUsd,
    count: values.count,
  });
  return (
    <FormDialog
      form={form}
      title={t('title')}
      description={t('text')}
      submitLabel={t('submit')}
      onClose={onClose}
    >
      <div className="grid gap-4 sm:grid-cols-2">
        <MoneyField control={control} name="amountUsd" label={t('amount')} placeholder="10" />
        <NumberField control={control} name="count" label={t('count')} hint={t('countHint')} />
      </div>
      <ExpiryField
        control={control}
        name="expiresAt"
        label={t('expires')}
        hint={t('expiresHint')}
        presets={[30, 90, 365]}
      />
      <TextField control={control} name="note" label={t('note')} hint={t('noteHint')} optional />
      <p className="flex justify-between gap-4 rounded-md bg-sunken px-3 py-2 text-muted">
        {t('total')}
        <span className="font-medium text-ink">
          <Money
            usd={
              valid.success
                ? sumMoney(Array.from({ length: valid.data.count }, () => valid.data.amountUsd))
                : null
            }
          />
        </span>
      </p>
    </FormDialog>
  );
}
