// Gives back what a request cost: asks for the reason, which its user reads in the statement.
'use client';
import { type RequestLogDetail, refundRequest, requestRefund } from '@api-proxy/contracts/request-logs';
import { useTranslations } from 'next-intl';
import { toast } from 'sonner';
import { TextField } from '@/components/form/fields';
import { FormDialog } from '@/components/form/form-dialog';
import { useContractForm } from '@/components/form/use-contract-form';
import { exactMoney } from '@/lib/money';
import { useWrite } from '@/lib/query';

export function RefundDialog({ row, onClose }: { row: RequestLogDetail; onClose: () => void }) {
  const t = useTranslations('logs.refund');
  const refund = useWrite(refundRequest, ['requestLogs', 'ledger', 'users', 'me', 'finance']);
  const form = useContractForm({
    schema: requestRefund,
    defaults: { note: '' },
    submit: async (body) => {
      await refund.mutateAsync({ params: { requestId: row.requestId }, body });
      toast.success(t('done', { name: row.userName }));
      onClose();
    },
  });
  return (
    <FormDialog
      form={form}
      title={t('title')}
      description={t('text', { amount: exactMoney(row.paidUsd), name: row.userName })}
      submitLabel={t('confirm')}
      onClose={onClose}
    >
      <p className="break-all rounded-md border border-line bg-sunken px-3 py-2 font-mono text-ink text-xs">
        {row.requestId}
      </p>
      <TextField control={form.control} name="note" label={t('note')} hint={t('noteHint')} />
    </FormDialog>
  );
}
