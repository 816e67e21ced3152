// The form of one channel, new or stored, bound to the contract.
'use client';
import { type Channel, createChannel, updateChannel } from '@api-proxy/contracts/channels';
import { useContractForm } from '@/components/form/use-contract-form';
import { useWrite } from '@/lib/query';
import {
  type ChannelFormInput,
  type ChannelFormValues,
  channelForm,
  createBody,
  formOf,
  newChannelForm,
  updateBody,
} from './form-values';

/** Entities whose reads depend on channels: which models are offered, which lack a price. */
export const CHANNEL_READS = ['channels', 'models', 'catalog', 'prices'] as const;

/** @param channel null: a new one. `onSaved` gets it as the server has it now. */
export function useChannelForm(channel: Channel | null, onSaved: (saved: Channel) => void) {
  const create = useWrite(createChannel, CHANNEL_READS);
  const update = useWrite(updateChannel, CHANNEL_READS);
  return useContractForm<ChannelFormInput, ChannelFormValues>({
    schema: channel === null ? newChannelForm : channelForm,
    defaults: formOf(channel),
    submit: async (values) => {
      const saved =
        channel === null
          ? await create.mutateAsync({ body: createBody(values) })
          : await update.mutateAsync({
              params: { channelId: channel.id },
              body: updateBody(values, channel),
            });
      onSaved(saved);
    },
  });
}

export type ChannelForm = ReturnType<typeof useChannelForm>;
export type ChannelFormControl = ChannelForm['control'];
