// What upstreams say against keys of channels in use, above the channel table; gone when it is settled.
'use client';
import type { Channel } from '@api-proxy/contracts/channels';
import { useTranslations } from 'next-intl';
import { Button } from '@/components/ui/button';
import { Notice } from '@/components/ui/notice';
import { When } from '@/components/ui/value';
import { useKeyReason } from './use-key-reason';

type Props = { channels: readonly Channel[]; onOpen: (channel: Channel) => void };

export function KeyNotices({ channels, onOpen }: Props) {
  const t = useTranslations('channels');
  const reasonOf = useKeyReason();
  const found = channels
    .filter(({ enabled }) => enabled)
    .flatMap((channel) =>
      channel.keys.flatMap((key) => (key.complaint ? [{ channel, key, complaint: key.complaint }] : [])),
    );
  if (found.length === 0) return null;
  const rejected = found.some(({ complaint }) => complaint.kind === 'key_rejected');
  return (
    <Notice tone={rejected ? 'bad' : 'warn'} className="mb-4">
      <ul className="grid max-h-48 gap-1.5 overflow-y-auto">
        {found.map(({ channel, key, complaint }) => (
          <li key={key.id} className="flex flex-wrap items-center gap-x-2 gap-y-0.5 text-sm">
            <span className="min-w-0 break-words">
              {t('keyNotice', {
                name: channel.name,
                key: `••••${key.lastFour}`,
                reason: reasonOf(key) ?? '',
              })}
            </span>
            <When at={complaint.at} className="text-xs opacity-80" />
            <Button size="sm" variant="ghost" className="-my-1" onClick={() => onOpen(channel)}>
              {t('keyNoticeOpen')}
            </Button>
          </li>
        ))}
      </ul>
    </Notice>
  );
}
