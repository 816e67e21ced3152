// The last tests of a channel, newest first, in a sheet.
'use client';
import { type Channel, listChannelTests } from '@api-proxy/contracts/channels';
import { Activity } from 'lucide-react';
import { useTranslations } from 'next-intl';
import { Badge } from '@/components/ui/badge';
import { Dialog, SheetContent } from '@/components/ui/dialog';
import { EmptyState, ErrorState } from '@/components/ui/empty-state';
import { useRead } from '@/lib/query';
import { TestPanel } from './test-panel';
import { TestResult } from './test-result';

export function TestHistory({ channel, onClose }: { channel: Channel; onClose: () => void }) {
  const t = useTranslations('channels.test');
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()}>
      <SheetContent title={t('history')} description={channel.name}>
        <div className="grid gap-4">
          <div className="rounded-lg border border-line bg-sunken p-3">
            <TestPanel channel={channel} />
          </div>
          <Tests channelId={channel.id} />
        </div>
      </SheetContent>
    </Dialog>
  );
}

function Tests({ channelId }: { channelId: string }) {
  const t = useTranslations('channels.test');
  const tests = useRead(listChannelTests, { params: { channelId } });
  if (tests.error && !tests.data) return <ErrorState error={tests.error} onRetry={() => tests.refetch()} />;
  if (!tests.data) return <div className="skeleton h-24 w-full" />;
  if (tests.data.items.length === 0)
    return <EmptyState icon={Activity} title={t('none')} description={t('noneText')} />;
  return (
    <ul className="divide-y divide-line">
      {tests.data.items.map((test) => (
        <li key={test.at} className="py-3 first:pt-0">
          {test.kind === 'scheduled' && <Badge className="mb-2">{t('scheduled')}</Badge>}
          <TestResult test={test} />
        </li>
      ))}
    </ul>
  );
}
