// What can be done with one channel, from its row.
'use client';
import { type Channel, clearCooldown } from '@api-proxy/contracts/channels';
import { Copy, Ellipsis, History, Pencil, TimerReset, Trash2 } from 'lucide-react';
import { useTranslations } from 'next-intl';
import { toast } from 'sonner';
import { Button } from '@/components/ui/button';
import { Menu, MenuContent, MenuItem, MenuSeparator, MenuTrigger } from '@/components/ui/menu';
import { useWrite } from '@/lib/query';
import { useErrorText } from '@/lib/use-error-text';

export type ChannelAct = 'edit' | 'copy' | 'history' | 'delete';

export function ChannelMenu({ channel, onAct }: { channel: Channel; onAct: (act: ChannelAct) => void }) {
  const t = useTranslations('channels.menu');
  const errorText = useErrorText();
  const clear = useWrite(clearCooldown, ['channels']);
  const paused =
    channel.live.state === 'cooling' ||
    channel.live.state === 'open' ||
    channel.keys.some((key) => key.coolingUntil !== null || (key.status === 'active' && key.complaint));
  const clearNow = () =>
    clear.mutate(
      { params: { channelId: channel.id } },
      {
        onSuccess: () => toast.success(t('cleared', { name: channel.name })),
        onError: (error) => toast.error(errorText(error)),
      },
    );
  return (
    <Menu>
      <MenuTrigger asChild>
        <Button variant="ghost" size="icon-sm" aria-label={t('of', { name: channel.name })}>
          <Ellipsis />
        </Button>
      </MenuTrigger>
      <MenuContent>
        <MenuItem onSelect={() => onAct('edit')}>
          <Pencil /> {t('edit')}
        </MenuItem>
        <MenuItem onSelect={() => onAct('copy')}>
          <Copy /> {t('copy')}
        </MenuItem>
        <MenuItem onSelect={() => onAct('history')}>
          <History /> {t('history')}
        </MenuItem>
        <MenuItem disabled={!paused} onSelect={clearNow}>
          <TimerReset /> {t('clear')}
        </MenuItem>
        <MenuSeparator />
        <MenuItem danger onSelect={() => onAct('delete')}>
          <Trash2 /> {t('delete')}
        </MenuItem>
      </MenuContent>
    </Menu>
  );
}
