// The frame of the signed-in pages; each page guards itself, so that it can remember where to come back to.
import type { ReactNode } from 'react';
import { Shell } from '@/components/shell/shell';
import { site, viewer } from '@/lib/session';

export default async function SignedInLayout({ children }: { children: ReactNode }) {
  const me = await viewer();
  return me ? (
    <Shell me={me} site={await site()}>
      {children}
    </Shell>
  ) : (
    children
  );
}
