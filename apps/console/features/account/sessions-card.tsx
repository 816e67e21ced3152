// Where one is signed in, and how to end it.
'use client';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Laptop, Smartphone } from 'lucide-react';
import { useTranslations } from 'next-intl';
import { useState } from 'react';
import { Badge } from '@/components/ui/badge';
import { Button } from '@/components/ui/button';
import { Card, CardBody, CardHeader } from '@/components/ui/card';
import { type Confirmation, ConfirmDialog } from '@/components/ui/confirm-dialog';
import { ErrorState } from '@/components/ui/empty-state';
import { When } from '@/components/ui/value';
import { authError } from '@/features/auth/credentials';
import { authClient } from '@/lib/auth-client';
import { browserOf } from './browser';

const KEY = ['sessions'];

async function loadSessions() {
  const [current, all] = await Promise.all([authClient.getSession(), authClient.listSessions()]);
  if (all.error) throw authError(all.error, 'sign_in_refused');
  const own = current.data?.session.token;
  return all.data
    .map((session) => ({
      token: session.token,
      current: session.token === own,
      ip: session.ipAddress ?? null,
      agent: session.userAgent ?? '',
      at: new Date(session.updatedAt).toISOString(),
    }))
    .sort((a, b) => Number(b.current) - Number(a.current) || b.at.localeCompare(a.at));
}

export function SessionsCard() {
  const t = useTranslations('account');
  const client = useQueryClient();
  const sessions = useQuery({ queryKey: KEY, queryFn: loadSessions });
  const [confirmation, setConfirmation] = useState<Confirmation | null>(null);
  const end = useMutation({
    mutationFn: async (token: string) => {
      const { error } = await authClient.revokeSession({ token });
      if (error) throw authError(error, 'sign_in_refused');
    },
    onSuccess: () => client.invalidateQueries({ queryKey: KEY }),
  });
  const ask = (token: string, name: string) =>
    setConfirmation({
      title: t('endTitle'),
      subject: name,
      description: t('endText'),
      confirmLabel: t('end'),
      onConfirm: () => end.mutateAsync(token),
    });
  return (
    <Card>
      <CardHeader title={t('sessions')} description={t('sessionsText')} />
      <CardBody>
        {sessions.isPending && <div className="skeleton h-12" />}
        {sessions.error && (
          <ErrorState error={sessions.error} onRetry={() => void sessions.refetch()} className="py-4" />
        )}
        <ul className="divide-y divide-line">
          {sessions.data?.map((session) => {
            const { name, phone } = browserOf(session.agent);
            const Icon = phone ? Smartphone : Laptop;
            return (
              <li key={session.token} className="flex items-center gap-3 py-2.5">
                <Icon className="size-5 shrink-0 text-faint" aria-hidden />
                <div className="min-w-0 flex-1">
                  <div className="flex items-center gap-2 font-medium">
                    {name ?? t('unknownClient')}
                    {session.current && <Badge tone="ok">{t('thisDevice')}</Badge>}
                  </div>
                  <div className="flex flex-wrap gap-x-2 text-faint text-xs">
                    {session.ip && <span className="num">{session.ip}</span>}
                    <When at={session.at} />
                  </div>
                </div>
                {!session.current && (
                  <Button size="sm" onClick={() => ask(session.token, name ?? t('unknownClient'))}>
                    {t('end')}
                  </Button>
                )}
              </li>
            );
          })}
        </ul>
      </CardBody>
      <ConfirmDialog confirmation={confirmation} onClose={() => setConfirmation(null)} />
    </Card>
  );
}
