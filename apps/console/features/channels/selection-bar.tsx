// What can be done with several channels at once: enable, disable, test.
'use client';
import { type Channel, testAllChannels, updateChannel } from '@api-proxy/contracts/channels';
import { Activity, Power, PowerOff, X } from 'lucide-react';
import { useTranslations } from 'next-intl';
import { useState } from 'react';
import { toast } from 'sonner';
import { Button } from '@/components/ui/button';
import { useWrite } from '@/lib/query';
import { CHANNEL_READS } from './use-channel-form';

const AT_ONCE = 3;

/** Runs `work` on all, a few at a time, and counts what went well. */
async function countDone<T>(all: readonly T[], work: (one: T) => Promise<unknown>): Promise<number> {
  const queue = [...all];
  let done = 0;
  const worker = async () => {
    for (let one = queue.shift(); one !== undefined; one = queue.shift()) {
      const ok = await work(one).then(
        () => true,
        () => false,
      );
      if (ok) done += 1;
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return done;
}

export function SelectionBar({ channels, onClear }: { channels: readonly Channel[]; onClear: () => void }) {
  const t = useTranslations('channels.batch');
  const update = useWrite(updateChannel, CHANNEL_READS);
  const test = useWrite(testAllChannels, ['channels']);
  const [busy, setBusy] = useState<'enable' | 'disable' | 'test' | null>(null);

  const run = async (name: 'enable' | 'disable' | 'test', count: () => Promise<number>) => {
    setBusy(name);
    const done = await count().catch(() => 0);
    setBusy(null);
    const text = t(`${name}Done`, { done, total: channels.length });
    if (done === channels.length) toast.success(text);
    else toast.warning(text);
  };
  const enable = (enabled: boolean) =>
    run(enabled ? 'enable' : 'disable', () =>
      countDone(channels, ({ id }) => update.mutateAsync({ params: { channelId: id }, body: { enabled } })),
    );
  const testAll = () =>
    run('test', async () => {
      const { items } = await test.mutateAsync({ body: { channelIds: channels.map(({ id }) => id) } });
      return items.filter(({ ok }) => ok).length;
    });
  const button = (name: 'enable' | 'disable' | 'test', icon: React.ReactNode, act: () => void) => (
    <Button size="sm" busy={busy === name} disabled={busy !== null} onClick={act}>
      {busy !== name && icon} {t(name)}
    </Button>
  );
  return (
    <div className="flex flex-wrap items-center gap-2">
      <span className="num text-muted text-xs">{t('selected', { count: channels.length })}</span>
      {button('test', <Activity />, testAll)}
      {button('enable', <Power />, () => enable(true))}
      {button('disable', <PowerOff />, () => enable(false))}
      <Button variant="ghost" size="icon-sm" aria-label={t('clear')} onClick={onClear}>
        <X />
      </Button>
    </div>
  );
}
