// One shelf of the component page.
import type { ReactNode } from 'react';

/** A heading and what belongs under it. */
export function Shelf({ name, children }: { name: string; children: ReactNode }) {
  return (
    <section className="grid grid-cols-[minmax(0,1fr)] gap-3">
      <h2 className="font-mono text-faint text-xs">{name}</h2>
      {children}
    </section>
  );
}
