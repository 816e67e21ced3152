// Asks the upstream, as the form describes it now, what models it offers, and lets one tick those to accept.
'use client';
import { listUpstreamModels } from '@api-proxy/contracts/channels';
import { useTranslations } from 'next-intl';
import { useEffect, useState } from 'react';
import { Button } from '@/components/ui/button';
import { Dialog, DialogContent } from '@/components/ui/dialog';
import { ErrorState } from '@/components/ui/empty-state';
import { PickList } from '@/components/ui/pick-list';
import { call } from '@/lib/api';
import { newChannelForm, secretsIn } from './form-values';
import type { ChannelForm } from './use-channel-form';

type Answer =
  | { state: 'asking' }
  | { state: 'failed'; error: unknown }
  | { state: 'told'; models: readonly string[] };

const draftShape = newChannelForm.pick({ extraHeaders: true });

function draftOf(form: ChannelForm, channelId: string | undefined) {
  const { type, baseUrl, proxyUrl, http2, newKeys, storedKeys, extraHeaders } = form.form.getValues();
  const secret = secretsIn(newKeys)[0] ?? storedKeys.find((key) => key.secret !== '')?.secret;
  const headers = draftShape.safeParse({ extraHeaders });
  return {
    type,
    baseUrl,
    proxyUrl: proxyUrl ?? null,
    http2: http2 ?? false,
    extraHeaders: headers.success ? headers.data.extraHeaders : {},
    ...(secret === undefined ? {} : { secret }),
    ...(channelId === undefined ? {} : { channelId }),
  };
}

export function UpstreamModels({
  form,
  channelId,
  chosen,
  onClose,
  onChoose,
}: {
  form: ChannelForm;
  channelId: string | undefined;
  chosen: readonly string[];
  onClose: () => void;
  onChoose: (models: string[]) => void;
}) {
  const t = useTranslations('channels.upstream');
  const tUi = useTranslations('ui');
  const [answer, setAnswer] = useState<Answer>({ state: 'asking' });
  const [attempt, setAttempt] = useState(0);
  const [picked, setPicked] = useState<ReadonlySet<string>>(new Set(chosen));
  // biome-ignore lint/correctness/useExhaustiveDependencies: asked once per attempt, with the form as it is then
  useEffect(() => {
    let current = true;
    const tell = (next: Answer) => current && setAnswer(next);
    setAnswer({ state: 'asking' });
    call(listUpstreamModels, { body: draftOf(form, channelId) }).then(
      ({ models }) => tell({ state: 'told', models }),
      (error: unknown) => tell({ state: 'failed', error }),
    );
    return () => {
      current = false;
    };
  }, [attempt]);

  const choose = () => {
    const told = answer.state === 'told' ? answer.models : [];
    const known = [...told, ...chosen.filter((model) => !told.includes(model))];
    onChoose(known.filter((model) => picked.has(model)));
    onClose();
  };
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()}>
      <DialogContent
        title={t('title')}
        description={t('description')}
        className="md:max-w-xl"
        footer={
          <>
            <Button onClick={onClose}>{tUi('cancel')}</Button>
            <Button variant="primary" disabled={answer.state !== 'told'} onClick={choose}>
              {t('use', { count: picked.size })}
            </Button>
          </>
        }
      >
        {answer.state === 'asking' && <Asking />}
        {answer.state === 'failed' && (
          <ErrorState error={answer.error} onRetry={() => setAttempt(attempt + 1)} />
        )}
        {answer.state === 'told' && (
          <PickList
            className="h-[52dvh]"
            items={answer.models.map((model) => ({ id: model, text: model }))}
            picked={picked}
            onChange={setPicked}
            searchLabel={t('search')}
            emptyText={t('none')}
          />
        )}
      </DialogContent>
    </Dialog>
  );
}

function Asking() {
  return (
    <div className="grid h-[52dvh] content-start gap-3 pt-2" aria-busy>
      {['a', 'b', 'c', 'd', 'e', 'f', 'g'].map((key) => (
        <div key={key} className="skeleton h-5 w-full" />
      ))}
    </div>
  );
}
