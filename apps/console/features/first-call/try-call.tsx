// A button that makes the first call from this page and shows the answer as it streams.
'use client';
import { listAvailableModels } from '@api-proxy/contracts/usage';
import { useMutation } from '@tanstack/react-query';
import { useTranslations } from 'next-intl';
import { useId, useState } from 'react';
import { Button } from '@/components/ui/button';
import { Input } from '@/components/ui/input';
import { Notice } from '@/components/ui/notice';
import { useRead } from '@/lib/query';
import { makeSmallCall, modelToTry } from './small-call';

/** With `secret` one click is enough; without it the key has to be pasted, since it is shown only once. */
export function TryCall({ secret }: { secret: string | null }) {
  const t = useTranslations('firstCall');
  const [pasted, setPasted] = useState('');
  const [answer, setAnswer] = useState('');
  const { data } = useRead(listAvailableModels);
  const model = modelToTry(data?.items ?? []);
  const key = secret ?? pasted.trim();
  const call = useMutation({
    mutationFn: async () => {
      if (!model) return;
      setAnswer('');
      await makeSmallCall({
        ...{ model, secret: key, question: t('question') },
        onText: (piece) => setAnswer((text) => text + piece),
      });
    },
  });
  if (!model) return data ? <Notice tone="warn">{t('noModel')}</Notice> : null;
  return (
    <div className="grid gap-3">
      <div className="flex flex-wrap items-center gap-2">
        {secret === null && <KeyInput value={pasted} onChange={setPasted} />}
        <Button variant="primary" busy={call.isPending} disabled={key === ''} onClick={() => call.mutate()}>
          {t('tryNow', { model: model.name })}
        </Button>
      </div>
      {call.error !== null && <Notice tone="bad">{call.error.message}</Notice>}
      {answer !== '' && (
        <p
          className="max-h-40 overflow-y-auto whitespace-pre-wrap rounded-md border border-line bg-sunken px-3 py-2"
          aria-live="polite"
        >
          {answer}
        </p>
      )}
    </div>
  );
}

function KeyInput({ value, onChange }: { value: string; onChange: (key: string) => void }) {
  const t = useTranslations('firstCall');
  const id = useId();
  return (
    <>
      <label htmlFor={id} className="sr-only">
        {t('pasteKey')}
      </label>
      <Input
        id={id}
        type="password"
        autoComplete="off"
        className="max-w-72 font-mono"
        placeholder={t('pasteKey')}
        value={value}
        onChange={(event) => onChange(event.target.value)}
      />
    </>
  );
}
