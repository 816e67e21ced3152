// When the channels can't be shown.
'use client';
import { PageError } from '@/components/shell/page-error';

export default function ChannelsError(props: { error: unknown; retry: () => void }) {
  return <PageError {...props} />;
}
