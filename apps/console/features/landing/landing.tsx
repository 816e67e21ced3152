// What this is, in one screen: an address, three protocols, and what a team gets.
import {
  ArrowRight,
  Gauge,
  KeyRound,
  type LucideIcon,
  Receipt,
  Route,
  ScrollText,
  ShieldCheck,
} from 'lucide-react';
import Link from 'next/link';
import { useTranslations } from 'next-intl';
import { Button } from '@/components/ui/button';
import { BaseUrl } from './base-url';
import { StreamDemo } from './stream-demo';

const POINTS: ReadonlyArray<{
  key: 'route' | 'keys' | 'bill' | 'limits' | 'logs' | 'safe';
  icon: LucideIcon;
}> = [
  { key: 'route', icon: Route },
  { key: 'keys', icon: KeyRound },
  { key: 'bill', icon: Receipt },
  { key: 'limits', icon: Gauge },
  { key: 'logs', icon: ScrollText },
  { key: 'safe', icon: ShieldCheck },
];

/** `start` is the way in: the console, the first run, or signing in. */
export function Landing({ baseUrl, start, signedIn }: { baseUrl: string; start: string; signedIn: boolean }) {
  const t = useTranslations('landing');
  return (
    <div className="mx-auto w-full max-w-6xl px-4 md:px-6">
      <section className="grid items-center gap-10 py-14 md:py-20 lg:grid-cols-[minmax(0,5fr)_minmax(0,6fr)]">
        <div>
          <h1 className="wrap-anywhere text-balance break-keep font-semibold text-4xl text-ink leading-[1.15] tracking-tight">
            {t('headline')}
          </h1>
          <p className="mt-4 max-w-xl text-lg text-muted leading-7">{t('lead')}</p>
          <div className="mt-7">
            <BaseUrl url={baseUrl} label={t('baseUrl')} />
          </div>
          <div className="mt-6 flex flex-wrap gap-2">
            <Button asChild variant="primary" size="lg">
              <Link href={start}>
                {signedIn ? t('console') : t('start')} <ArrowRight />
              </Link>
            </Button>
            {!signedIn && (
              <Button asChild size="lg">
                <Link href="/login">{t('signIn')}</Link>
              </Button>
            )}
          </div>
        </div>
        <StreamDemo baseUrl={baseUrl} />
      </section>
      <section className="grid gap-px overflow-hidden rounded-xl border border-line bg-line sm:grid-cols-2 lg:grid-cols-3">
        {POINTS.map(({ key, icon: Icon }) => (
          <div key={key} className="bg-surface p-5">
            <Icon className="size-5 text-accent" aria-hidden />
            <h2 className="mt-3 font-medium text-base text-ink">{t(`points.${key}.title`)}</h2>
            <p className="mt-1 text-muted">{t(`points.${key}.text`)}</p>
          </div>
        ))}
      </section>
      <div className="h-20" />
    </div>
  );
}
