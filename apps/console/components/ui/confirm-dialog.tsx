// Asks before something destructive happens, naming the thing.
'use client';
import { useTranslations } from 'next-intl';
import { AlertDialog as Radix } from 'radix-ui';
import { type ReactNode, useId, useState } from 'react';
import { useErrorText } from '@/lib/use-error-text';
import { Button } from './button';
import { Input } from './input';

export type Confirmation = {
  title: ReactNode;
  /** What will happen, in one or two sentences. */
  description: ReactNode;
  /** The name of the thing, shown in full. */
  subject?: string;
  confirmLabel: ReactNode;
  tone?: 'danger' | 'primary';
  /** Asks to type the name first: for what cannot be undone and hurts others. */
  typeToConfirm?: boolean;
  /** Runs on confirmation; a rejection is shown and keeps the dialog open. */
  onConfirm: () => Promise<unknown>;
};

/** Open while `confirmation` is set. */
export function ConfirmDialog({
  confirmation,
  onClose,
}: {
  confirmation: Confirmation | null;
  onClose: () => void;
}) {
  return (
    <Radix.Root open={confirmation !== null} onOpenChange={(open) => !open && onClose()}>
      <Radix.Portal>
        <Radix.Overlay className="fixed inset-0 z-50 bg-black/40 data-[state=open]:animate-in data-[state=open]:fade-in-0 dark:bg-black/60" />
        <Radix.Content className="fixed top-1/2 left-1/2 z-50 w-[calc(100%-2rem)] max-w-md -translate-x-1/2 -translate-y-1/2 rounded-xl border border-line bg-surface p-5 shadow-lg outline-none data-[state=open]:animate-in data-[state=open]:fade-in-0 data-[state=open]:zoom-in-98">
          {confirmation && <Body confirmation={confirmation} onClose={onClose} />}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}

function Body({ confirmation, onClose }: { confirmation: Confirmation; onClose: () => void }) {
  const t = useTranslations('ui');
  const errorText = useErrorText();
  const id = useId();
  const [typed, setTyped] = useState('');
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<unknown>(null);
  const blocked = confirmation.typeToConfirm === true && typed !== confirmation.subject;

  const confirm = async () => {
    setBusy(true);
    setFailure(null);
    try {
      await confirmation.onConfirm();
      onClose();
    } catch (error) {
      setFailure(error);
    } finally {
      setBusy(false);
    }
  };

  return (
    <>
      <Radix.Title className="font-semibold text-ink text-lg">{confirmation.title}</Radix.Title>
      {confirmation.subject && (
        <p className="mt-3 break-all rounded-md border border-line bg-sunken px-3 py-2 font-medium text-ink">
          {confirmation.subject}
        </p>
      )}
      <Radix.Description className="mt-3 text-muted">{confirmation.description}</Radix.Description>
      {confirmation.typeToConfirm && (
        <div className="mt-3 grid gap-1.5">
          <label htmlFor={id} className="text-muted">
            {t('typeToConfirm', { name: confirmation.subject ?? '' })}
          </label>
          <Input
            id={id}
            value={typed}
            onChange={(event) => setTyped(event.target.value)}
            autoComplete="off"
          />
        </div>
      )}
      {failure !== null && (
        <p role="alert" className="mt-3 rounded-md bg-bad-soft px-3 py-2 text-bad">
          {errorText(failure)}
        </p>
      )}
      <div className="mt-5 flex justify-end gap-2">
        <Radix.Cancel asChild>
          <Button disabled={busy}>{t('cancel')}</Button>
        </Radix.Cancel>
        <Button variant={confirmation.tone ?? 'danger'} busy={busy} disabled={blocked} onClick={confirm}>
          {confirmation.confirmLabel}
        </Button>
      </div>
    </>
  );
}
