// The dialogs that a channel's row menu leads to.
'use client';
import { type Channel, copyChannel, deleteChannel } from '@api-proxy/contracts/channels';
import { useTranslations } from 'next-intl';
import { toast } from 'sonner';
import { TextField } from '@/components/form/fields';
import { FormDialog } from '@/components/form/form-dialog';
import { useContractForm } from '@/components/form/use-contract-form';
import { ConfirmDialog } from '@/components/ui/confirm-dialog';
import { useWrite } from '@/lib/query';
import type { ChannelAct } from './channel-menu';
import { ChannelSheet } from './channel-sheet';
import { TestHistory } from './test-history';
import { CHANNEL_READS } from './use-channel-form';

/** What is open: adding, or something about one channel. */
export type Opened = { act: 'add' } | { act: ChannelAct; channel: Channel };

export function ChannelDialogs({ opened, onClose }: { opened: Opened | null; onClose: () => void }) {
  if (opened === null) return null;
  switch (opened.act) {
    case 'add':
      return <ChannelSheet channel={null} onClose={onClose} />;
    case 'edit':
      return <ChannelSheet channel={opened.channel} onClose={onClose} />;
    case 'copy':
      return <CopyDialog channel={opened.channel} onClose={onClose} />;
    case 'history':
      return <TestHistory channel={opened.channel} onClose={onClose} />;
    case 'delete':
      return <DeleteDialog channel={opened.channel} onClose={onClose} />;
  }
}

function CopyDialog({ channel, onClose }: { channel: Channel; onClose: () => void }) {
  const t = useTranslations('channels.copy');
  const copy = useWrite(copyChannel, CHANNEL_READS);
  const form = useContractForm({
    schema: copyChannel.body,
    defaults: { name: t('nameOfCopy', { name: channel.name }) },
    submit: async (body) => {
      await copy.mutateAsync({ params: { channelId: channel.id }, body });
      toast.success(t('done', { name: body.name }));
      onClose();
    },
  });
  return (
    <FormDialog
      form={form}
      title={t('title', { name: channel.name })}
      description={t('text')}
      submitLabel={t('submit')}
      onClose={onClose}
    >
      <TextField control={form.control} name="name" label={t('name')} autoFocus />
    </FormDialog>
  );
}

function DeleteDialog({ channel, onClose }: { channel: Channel; onClose: () => void }) {
  const t = useTranslations('channels.delete');
  const remove = useWrite(deleteChannel, CHANNEL_READS);
  return (
    <ConfirmDialog
      confirmation={{
        title: t('title'),
        subject: channel.name,
        description: t('text'),
        confirmLabel: t('confirm'),
        onConfirm: async () => {
          await remove.mutateAsync({ params: { channelId: channel.id } });
          toast.success(t('done', { name: channel.name }));
        },
      }}
      onClose={onClose}
    />
  );
}
