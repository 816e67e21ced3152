// Tests every channel in use, and says how many passed.
'use client';
import { testAllChannels } from '@api-proxy/contracts/channels';
import { Activity } from 'lucide-react';
import { useTranslations } from 'next-intl';
import { toast } from 'sonner';
import { Button } from '@/components/ui/button';
import { useWrite } from '@/lib/query';
import { useErrorText } from '@/lib/use-error-text';

export function TestAllButton() {
  const t = useTranslations('channels.batch');
  const errorText = useErrorText();
  const test = useWrite(testAllChannels, ['channels']);
  const run = async () => {
    try {
      const { items } = await test.mutateAsync({ body: {} });
      const done = items.filter(({ ok }) => ok).length;
      const text = t('testDone', { done, total: items.length });
      if (done === items.length) toast.success(text);
      else toast.warning(text);
    } catch (error) {
      toast.error(errorText(error));
    }
  };
  return (
    <Button busy={test.isPending} onClick={run}>
      {!test.isPending && <Activity />} {t('testAll')}
    </Button>
  );
}
