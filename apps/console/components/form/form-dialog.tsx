// A form in a dialog or a sheet, with its buttons, its failure and the guard against losing changes.
'use client';
import { useTranslations } from 'next-intl';
import { type ReactNode, useId } from 'react';
import { Button } from '@/components/ui/button';
import { Dialog, DialogContent, SheetContent } from '@/components/ui/dialog';
import { useDiscardGuard } from './discard-guard';
import { Form } from './form';
import type { ContractForm } from './use-contract-form';

type Props = {
  form: ContractForm;
  title: ReactNode;
  description?: ReactNode;
  submitLabel: ReactNode;
  /** `sheet` for long forms. */
  as?: 'dialog' | 'sheet';
  onClose: () => void;
  /** Beside the buttons, on the left. */
  extra?: ReactNode;
  className?: string;
  children: ReactNode;
};

/** Open as long as it is mounted; mount it anew for each thing to edit. */
export function FormDialog({
  form,
  title,
  description,
  submitLabel,
  as = 'dialog',
  onClose,
  extra,
  className,
  children,
}: Props) {
  const t = useTranslations('ui');
  const id = useId();
  const guard = useDiscardGuard(form.dirty && !form.sending);
  const close = () => guard.leave(onClose);
  const Content = as === 'sheet' ? SheetContent : DialogContent;
  return (
    <Dialog open onOpenChange={(open) => !open && close()}>
      <Content
        title={title}
        description={description}
        {...(className === undefined ? {} : { className })}
        footer={
          <>
            {extra && <div className="mr-auto flex items-center gap-2">{extra}</div>}
            <Button onClick={close} disabled={form.sending}>
              {t('cancel')}
            </Button>
            <Button type="submit" form={id} variant="primary" busy={form.sending}>
              {submitLabel}
            </Button>
          </>
        }
      >
        <Form form={form} id={id}>
          {children}
        </Form>
      </Content>
      {guard.dialog}
    </Dialog>
  );
}
