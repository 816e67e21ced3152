// The channel form in a sheet: a new channel stays open once saved, to be tested on the spot.
'use client';
import type { Channel } from '@api-proxy/contracts/channels';
import { useTranslations } from 'next-intl';
import { useState } from 'react';
import { toast } from 'sonner';
import { FormDialog } from '@/components/form/form-dialog';
import { Notice } from '@/components/ui/notice';
import { AdvancedSection } from './advanced-section';
import { BasicSection } from './basic-section';
import { ModelsSection } from './models-section';
import { RoutingSection } from './routing-section';
import { TestPanel } from './test-panel';
import { useChannelForm } from './use-channel-form';

/** @param channel null: a new one. */
export function ChannelSheet({ channel, onClose }: { channel: Channel | null; onClose: () => void }) {
  const [created, setCreated] = useState<Channel | null>(null);
  const shown = created ?? channel;
  return (
    <FormSheet
      key={shown?.id ?? 'new'}
      channel={shown}
      fresh={created !== null}
      onClose={onClose}
      onCreated={setCreated}
    />
  );
}

function FormSheet({
  channel,
  fresh,
  onClose,
  onCreated,
}: {
  channel: Channel | null;
  fresh: boolean;
  onClose: () => void;
  onCreated: (created: Channel) => void;
}) {
  const t = useTranslations('channels.form');
  const form = useChannelForm(channel, (saved) => {
    if (channel === null) return onCreated(saved);
    toast.success(t('saved', { name: saved.name }));
    onClose();
  });
  return (
    <FormDialog
      form={form}
      as="sheet"
      className="max-w-2xl"
      title={channel === null ? t('addTitle') : t('editTitle')}
      description={channel === null ? t('addText') : channel.name}
      submitLabel={channel === null ? t('create') : t('save')}
      onClose={onClose}
    >
      {channel && (
        <div className="grid gap-3 rounded-lg border border-line bg-sunken p-3">
          {fresh && <Notice tone="ok">{t('createdText')}</Notice>}
          <TestPanel
            channel={channel}
            autoStart={fresh}
            blocked={form.dirty ? t('saveBeforeTest') : undefined}
          />
        </div>
      )}
      <BasicSection form={form} />
      <ModelsSection form={form} channelId={channel?.id} />
      <RoutingSection form={form} />
      <AdvancedSection form={form} />
    </FormDialog>
  );
}
