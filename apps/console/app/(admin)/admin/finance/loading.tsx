// While this room loads.
import { PageLoading } from '@/components/shell/page-loading';

export default function Loading() {
  return <PageLoading />;
}
