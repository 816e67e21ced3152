// Redeems a gift card for oneself.
'use client';
import { giftCardRedeem, redeemGiftCard } from '@api-proxy/contracts/gift-cards';
import { Gift } from 'lucide-react';
import { useTranslations } from 'next-intl';
import { useState } from 'react';
import { toast } from 'sonner';
import { TextField } from '@/components/form/fields';
import { FormDialog } from '@/components/form/form-dialog';
import { useContractForm } from '@/components/form/use-contract-form';
import { Button } from '@/components/ui/button';
import { exactMoney } from '@/lib/money';
import { useWrite } from '@/lib/query';

/** The button and the dialog that it opens. */
export function RedeemButton() {
  const t = useTranslations('giftCards.redeem');
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button variant="ghost" size="sm" className="-my-1.5 -mr-1.5" onClick={() => setOpen(true)}>
        <Gift /> {t('open')}
      </Button>
      {open && <RedeemDialog onClose={() => setOpen(false)} />}
    </>
  );
}

function RedeemDialog({ onClose }: { onClose: () => void }) {
  const t = useTranslations('giftCards.redeem');
  const redeem = useWrite(redeemGiftCard, ['me', 'ledger', 'giftCards', 'users']);
  const form = useContractForm({
    schema: giftCardRedeem,
    defaults: { code: '' },
    submit: async (body) => {
      const { amountUsd, balance } = await redeem.mutateAsync({ body });
      toast.success(
        t('done', { amount: exactMoney(amountUsd), balance: exactMoney(balance.remainingUsd ?? '0') }),
      );
      onClose();
    },
  });
  return (
    <FormDialog
      form={form}
      title={t('title')}
      description={t('text')}
      submitLabel={t('submit')}
      onClose={onClose}
    >
      <TextField
        control={form.control}
        name="code"
        label={t('code')}
        hint={t('codeHint')}
        placeholder={t('codePlaceholder')}
        autoComplete="off"
        spellCheck={false}
        autoFocus
        mono
      />
    </FormDialog>
  );
}
