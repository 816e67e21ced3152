// From an empty installation to the first relayed request, one step after the other.
'use client';
import { listChannels } from '@api-proxy/contracts/channels';
import { listKeys } from '@api-proxy/contracts/keys';
import { listModels } from '@api-proxy/contracts/models';
import { Check } from 'lucide-react';
import Link from 'next/link';
import { useTranslations } from 'next-intl';
import { type ReactNode, useState } from 'react';
import { useMe } from '@/components/shell/viewer';
import { Button } from '@/components/ui/button';
import { ClientTabs } from '@/features/clients/client-tabs';
import { LiveCheck } from '@/features/first-call/live-check';
import { TryCall } from '@/features/first-call/try-call';
import { cn } from '@/lib/cn';
import { signOfMoney } from '@/lib/money';
import { useRead } from '@/lib/query';
import { ChannelStep } from './channel-step';
import { KeyStep } from './key-step';
import { ModelsStep } from './models-step';
import { QuotaStep } from './quota-step';

export const STEPS = ['account', 'channel', 'models', 'quota', 'key', 'call'] as const;
export type StepName = (typeof STEPS)[number];

/** Which steps the installation itself shows to be done: the wizard can be left and taken up again. */
function useProgress() {
  const me = useMe();
  const channels = useRead(listChannels);
  const models = useRead(listModels, { query: {} });
  const keys = useRead(listKeys, { query: {} });
  const done: Record<StepName, boolean> = {
    account: true,
    channel: (channels.data?.items.length ?? 0) > 0,
    models: (models.data?.items ?? []).some((model) => model.price !== null),
    quota: signOfMoney(me.balance.remainingUsd ?? '0') > 0,
    key: (keys.data?.items.length ?? 0) > 0,
    call: false,
  };
  return {
    done,
    channel: channels.data?.items[0],
    loading: channels.isPending || models.isPending || keys.isPending,
  };
}

export function Wizard() {
  const t = useTranslations('setup');
  const { done, channel, loading } = useProgress();
  const [chosen, setChosen] = useState<StepName | null>(null);
  const [secret, setSecret] = useState<string | null>(null);
  if (loading) return <div className="skeleton h-96" />;
  const current = chosen ?? STEPS.find((step) => !done[step]) ?? 'call';
  const content: Record<StepName, ReactNode> = {
    account: null,
    channel: (
      <ChannelStep
        channel={channel}
        onAdded={() => setChosen('channel')}
        onNext={() => setChosen('models')}
      />
    ),
    models: channel ? (
      <ModelsStep channel={channel} onNext={() => setChosen('quota')} />
    ) : (
      <p className="text-muted">{t('channelFirst')}</p>
    ),
    quota: <QuotaStep onNext={() => setChosen('key')} />,
    key: <KeyStep secret={secret} onSecret={setSecret} onNext={() => setChosen('call')} />,
    call: (
      <div className="grid grid-cols-[minmax(0,1fr)] gap-3">
        <ClientTabs {...(secret === null ? {} : { secret })} />
        <TryCall secret={secret} />
        <LiveCheck />
        <div>
          <Button asChild>
            <Link href="/dashboard">{t('finish')}</Link>
          </Button>
        </div>
      </div>
    ),
  };
  return <StepList current={current} done={done} content={content} onChoose={setChosen} />;
}

type ListProps = {
  current: StepName;
  done: Record<StepName, boolean>;
  content: Partial<Record<StepName, ReactNode>>;
  onChoose?: (step: StepName) => void;
};

/** The steps with a line between them; the current one is open. */
export function StepList({ current, done, content, onChoose }: ListProps) {
  const t = useTranslations('setup');
  return (
    <ol className="grid grid-cols-[minmax(0,1fr)]">
      {STEPS.map((step, index) => {
        const open = step === current;
        return (
          <li
            key={step}
            aria-current={open ? 'step' : undefined}
            className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-4"
          >
            <div className="flex flex-col items-center">
              <span
                className={cn(
                  'num flex size-7 items-center justify-center rounded-full border font-medium text-xs',
                  done[step]
                    ? 'border-transparent bg-ok-soft text-ok'
                    : open
                      ? 'border-accent bg-accent text-on-accent'
                      : 'border-line-strong text-faint',
                )}
              >
                {done[step] ? <Check className="size-4" aria-hidden /> : index + 1}
              </span>
              {index < STEPS.length - 1 && <span className="my-1 w-px flex-1 bg-line" aria-hidden />}
            </div>
            <div className="pb-6">
              <button
                type="button"
                disabled={!onChoose || step === 'account'}
                onClick={() => onChoose?.(step)}
                className={cn(
                  'rounded-sm pt-1 text-left font-medium text-base',
                  !open && 'text-muted enabled:hover:text-ink',
                )}
              >
                {t(`step.${step}`)}
              </button>
              {open && <p className="mt-0.5 mb-3 text-muted">{t(`about.${step}`)}</p>}
              {open && content[step]}
            </div>
          </li>
        );
      })}
    </ol>
  );
}
