// The room of the audit list.
import { listAudit } from '@api-proxy/contracts/audit';
import type { Metadata } from 'next';
import { getTranslations } from 'next-intl/server';
import type { SearchParams } from 'nuqs/server';
import { Prefetch } from '@/lib/prefetch';
import { read } from '@/lib/server-api';
import { requireAdmin } from '@/lib/session';
import { AuditClient } from './client';
import { auditQuery, loadAuditPage } from './search-params';

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations('audit'))('title') };
}

export default async function AuditPage({ searchParams }: { searchParams: Promise<SearchParams> }) {
  await requireAdmin('/admin/audit');
  const query = auditQuery(await loadAuditPage(searchParams));
  return (
    <Prefetch reads={[read(listAudit, { query })]}>
      <AuditClient />
    </Prefetch>
  );
}
