// The page for addresses that lead nowhere.
import { Compass } from 'lucide-react';
import Link from 'next/link';
import { getTranslations } from 'next-intl/server';
import { Button } from '@/components/ui/button';
import { EmptyState } from '@/components/ui/empty-state';

export default async function NotFound() {
  const t = await getTranslations('notFound');
  return (
    <EmptyState
      className="min-h-[60dvh]"
      heading="h1"
      icon={Compass}
      title={t('title')}
      description={t('text')}
      action={
        <Button asChild>
          <Link href="/dashboard">{t('home')}</Link>
        </Button>
      }
    />
  );
}
