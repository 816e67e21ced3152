// The shape of the page while it loads.
import { PageLoading } from '@/components/shell/page-loading';

export default function Loading() {
  return <PageLoading />;
}
