// The cells of the channel table that say more than one value.
'use client';
import { type Channel, updateChannel } from '@api-proxy/contracts/channels';
import { useTranslations } from 'next-intl';
import { useState } from 'react';
import { toast } from 'sonner';
import { Badge, StateDot, type Tone } from '@/components/ui/badge';
import { Switch } from '@/components/ui/toggle';
import { Tooltip } from '@/components/ui/tooltip';
import { Nothing, When } from '@/components/ui/value';
import { cn } from '@/lib/cn';
import { duration, percent } from '@/lib/number';
import { useWrite } from '@/lib/query';
import { useErrorText } from '@/lib/use-error-text';
import { CHANNEL_READS } from './use-channel-form';
import { useKeyReason } from './use-key-reason';

const TONES: Record<Channel['live']['state'], Tone> = {
  healthy: 'ok',
  cooling: 'warn',
  open: 'bad',
  disabled: 'neutral',
};
const CHIPS = 1;

/** Name, family and host. */
export function NameCell({ channel }: { channel: Channel }) {
  const host = URL.canParse(channel.baseUrl) ? new URL(channel.baseUrl).host : channel.baseUrl;
  return (
    <div className="min-w-0 max-w-52">
      <div className="truncate font-medium text-ink" title={channel.name}>
        {channel.name}
      </div>
      <div className="truncate font-normal text-faint text-xs" title={channel.baseUrl}>
        {channel.type === 'claude' ? 'Anthropic' : 'OpenAI'} · {host}
      </div>
    </div>
  );
}

/** State with its reason; how long a pause lasts. */
export function StateCell({ channel: { live, maxConcurrency } }: { channel: Channel }) {
  const t = useTranslations('channels.state');
  const tChannels = useTranslations('channels');
  const limit = maxConcurrency === null ? '' : ` / ${maxConcurrency}`;
  return (
    <div className="min-w-0 max-w-48">
      <StateDot tone={TONES[live.state]} live={live.state === 'healthy' && live.inFlight > 0}>
        {t(live.state)}
        {live.state === 'cooling' && live.coolingUntil && (
          <span className="text-faint">
            <When at={live.coolingUntil} />
          </span>
        )}
      </StateDot>
      {live.inFlight > 0 && (
        <div className="num text-faint text-xs">
          {tChannels('inFlight', { text: `${live.inFlight}${limit}` })}
        </div>
      )}
      {live.reason && (
        <Tooltip content={live.reason}>
          <div className="truncate text-faint text-xs">{live.reason}</div>
        </Tooltip>
      )}
    </div>
  );
}

/** The first models as chips, the rest as a number with the names on hover. */
export function ModelsCell({ models }: { models: readonly string[] }) {
  const t = useTranslations('channels');
  if (models.includes('*')) return <Badge tone="accent">{t('allModels')}</Badge>;
  if (models.length === 0) return <Badge tone="warn">{t('noModels')}</Badge>;
  const rest = models.slice(CHIPS);
  return (
    <span className="inline-flex max-w-72 items-center gap-1">
      {models.slice(0, CHIPS).map((model) => (
        <Badge key={model} className="max-w-40 font-mono font-normal" title={model}>
          <span className="truncate">{model}</span>
        </Badge>
      ))}
      {rest.length > 0 && (
        <Tooltip content={<span className="whitespace-pre-line font-mono">{rest.join('\n')}</span>}>
          <span className="num text-faint text-xs">+{rest.length}</span>
        </Tooltip>
      )}
    </span>
  );
}

/** How many credentials, and how many of them can't be used now. */
export function KeysCell({ keys }: { keys: Channel['keys'] }) {
  const t = useTranslations('channels');
  const reasonOf = useKeyReason();
  const unusable = keys.filter((key) => key.status !== 'active' || key.coolingUntil !== null);
  const rejected = unusable.some((key) => key.status === 'rejected');
  const explained = unusable.map((key) => {
    const state = key.status === 'active' ? t('keyCooling') : t(`keyStatus.${key.status}`);
    const reason = reasonOf(key);
    return `••••${key.lastFour} ${reason && reason !== state ? `${state}: ${reason}` : state}`;
  });
  return (
    <span className="inline-flex items-center gap-1.5">
      <span className="num">{keys.length}</span>
      {unusable.length > 0 && (
        <Tooltip content={<span className="whitespace-pre-line">{explained.join('\n')}</span>}>
          <span>
            <Badge tone={rejected ? 'bad' : 'warn'}>{t('keyProblems', { count: unusable.length })}</Badge>
          </span>
        </Tooltip>
      )}
    </span>
  );
}

/** p50 over p95 of the last 24 hours. */
export function LatencyCell({ live }: { live: Channel['live'] }) {
  if (live.p50Ms === null) return <Nothing />;
  return (
    <div className="num">
      {duration(live.p50Ms)}
      {live.p95Ms !== null && <div className="text-faint text-xs">{duration(live.p95Ms)}</div>}
    </div>
  );
}

/** Share of failed requests of the last 24 hours, with how many there were. */
export function ErrorsCell({ live }: { live: Channel['live'] }) {
  const t = useTranslations('channels');
  if (live.errorRate24h === null || live.requests24h === 0) return <Nothing />;
  const rate = live.errorRate24h;
  return (
    <Tooltip content={t('ofRequests', { count: live.requests24h })}>
      <span className={cn('num', rate >= 0.2 ? 'text-bad' : rate >= 0.05 ? 'text-warn' : 'text-ink')}>
        {percent(rate)}
      </span>
    </Tooltip>
  );
}

/** The newest test: how it went and when. */
export function LastTestCell({ last }: { last: Channel['lastTest'] }) {
  const t = useTranslations('channels.test');
  if (!last) return <Nothing />;
  return (
    <div className="whitespace-nowrap">
      <StateDot tone={last.ok ? 'ok' : 'bad'}>{last.ok ? duration(last.durationMs) : t('failed')}</StateDot>
      <When at={last.at} className="block text-faint text-xs" />
    </div>
  );
}

/** Takes a channel in or out of use at once. */
export function EnabledSwitch({ channel }: { channel: Channel }) {
  const t = useTranslations('channels');
  const errorText = useErrorText();
  const update = useWrite(updateChannel, CHANNEL_READS);
  const [wanted, setWanted] = useState<boolean | null>(null);
  const change = async (enabled: boolean) => {
    setWanted(enabled);
    try {
      await update.mutateAsync({ params: { channelId: channel.id }, body: { enabled } });
    } catch (error) {
      toast.error(errorText(error));
    } finally {
      setWanted(null);
    }
  };
  return (
    <Switch
      aria-label={t('enabledOf', { name: channel.name })}
      checked={wanted ?? channel.enabled}
      disabled={wanted !== null}
      onCheckedChange={change}
    />
  );
}
