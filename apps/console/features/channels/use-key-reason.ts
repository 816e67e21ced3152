// Why a channel key is not used, or was complained about, in words.
'use client';
import type { Channel } from '@api-proxy/contracts/channels';
import { useTranslations } from 'next-intl';

type Key = Pick<Channel['keys'][number], 'complaint' | 'statusReason'>;

/** Gives null where nothing is known against a key. */
export function useKeyReason(): (key: Key) => string | null {
  const t = useTranslations('channels.complaint');
  return ({ complaint, statusReason }) =>
    complaint ? t(complaint.kind, { status: complaint.status ?? '–' }) : statusReason;
}
