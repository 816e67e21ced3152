// The test of a channel from its row: a button, and a panel beside it with what came back.
'use client';
import type { Channel } from '@api-proxy/contracts/channels';
import { Activity } from 'lucide-react';
import { useTranslations } from 'next-intl';
import { Button } from '@/components/ui/button';
import { Popover, PopoverContent, PopoverTrigger } from '@/components/ui/popover';
import { TestPanel } from './test-panel';

export function TestButton({ channel }: { channel: Channel }) {
  const t = useTranslations('channels.test');
  return (
    <Popover>
      <PopoverTrigger asChild>
        <Button
          variant="ghost"
          size="icon-sm"
          aria-label={t('of', { name: channel.name })}
          title={t('title')}
        >
          <Activity />
        </Button>
      </PopoverTrigger>
      <PopoverContent align="end" className="w-96 max-w-[calc(100vw-2rem)]">
        <TestPanel channel={channel} autoStart />
      </PopoverContent>
    </Popover>
  );
}
