// Sends one small call through a stored channel and shows what came back.
'use client';
import { type Channel, type ChannelTest, testChannel } from '@api-proxy/contracts/channels';
import { Play } from 'lucide-react';
import { useTranslations } from 'next-intl';
import { useEffect, useId, useRef, useState } from 'react';
import { Button } from '@/components/ui/button';
import { Input } from '@/components/ui/input';
import { Notice } from '@/components/ui/notice';
import { ApiError } from '@/lib/api-error';
import { useWrite } from '@/lib/query';
import { useErrorText } from '@/lib/use-error-text';
import { TestResult } from './test-result';

/** The model that a test takes when none is named; undefined: one must be named. */
export function usualTestModel(channel: Pick<Channel, 'healthModel' | 'models'>): string | undefined {
  return channel.healthModel ?? channel.models.find((model) => model !== '*');
}

/** @param autoStart tests at once where the channel says with which model. */
export function TestPanel({
  channel,
  autoStart = false,
  blocked,
}: {
  channel: Channel;
  autoStart?: boolean;
  /** Why it can't be tested now. */
  blocked?: string | undefined;
}) {
  const t = useTranslations('channels.test');
  const id = useId();
  const usual = usualTestModel(channel);
  const [model, setModel] = useState(usual ?? '');
  const test = useWrite(testChannel, ['channels']);
  const run = () => test.mutate({ params: { channelId: channel.id }, body: model ? { model } : {} });
  const started = useRef(false);
  useEffect(() => {
    if (!autoStart || usual === undefined || started.current) return;
    started.current = true;
    test.mutate({ params: { channelId: channel.id }, body: { model: usual } });
  }, [autoStart, usual, channel.id, test.mutate]);
  return (
    <div className="grid gap-3">
      <div className="flex items-end gap-2">
        <div className="grid min-w-0 flex-1 gap-1">
          <label htmlFor={id} className="text-faint text-xs">
            {t('model')}
          </label>
          <Input
            id={id}
            list={`${id}-models`}
            className="font-mono"
            value={model}
            placeholder={channel.type === 'claude' ? 'claude-haiku-4-5' : 'gpt-5-mini'}
            autoComplete="off"
            spellCheck={false}
            onChange={(event) => setModel(event.target.value.trim())}
            onKeyDown={(event) => {
              if (event.key !== 'Enter') return;
              event.preventDefault();
              if (model && !test.isPending && !blocked) run();
            }}
          />
          <datalist id={`${id}-models`}>
            {channel.models
              .filter((name) => name !== '*')
              .map((name) => (
                <option key={name} value={name} />
              ))}
          </datalist>
        </div>
        <Button busy={test.isPending} disabled={!model || blocked !== undefined} onClick={run}>
          {!test.isPending && <Play />} {t('run')}
        </Button>
      </div>
      {blocked && <p className="text-faint text-xs">{blocked}</p>}
      <Outcome pending={test.isPending} result={test.data} error={test.error} />
    </div>
  );
}

function Outcome({
  pending,
  result,
  error,
}: {
  pending: boolean;
  result: ChannelTest | undefined;
  error: unknown;
}) {
  const errorText = useErrorText();
  if (pending)
    return (
      <div className="grid gap-2" aria-busy>
        <div className="skeleton h-4 w-32" />
        <div className="skeleton h-8 w-full" />
      </div>
    );
  if (error) {
    const field = error instanceof ApiError ? error.fields[0] : undefined;
    return <Notice tone="bad">{field?.message ?? errorText(error)}</Notice>;
  }
  return result ? <TestResult test={result} /> : null;
}
