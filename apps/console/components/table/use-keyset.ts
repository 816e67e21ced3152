// Keyset paging in the URL: the cursor of the page shown, and the way back to the pages before it.
'use client';
import { parseAsString, useQueryState } from 'nuqs';
import { useState } from 'react';

export type Keyset = {
  cursor: string | null;
  /** Goes to the page after, whose cursor the answer named. */
  next: (cursor: string) => void;
  /** Goes back one page; from a shared link, to the first. */
  previous: () => void;
  /** Goes to the first page: after a filter changed, say. */
  reset: () => void;
};

/** @param param the name in the URL; change it when a page has two lists. */
export function useKeyset(param = 'cursor'): Keyset {
  const [cursor, setCursor] = useQueryState(
    param,
    parseAsString.withOptions({ history: 'push', scroll: true }),
  );
  const [trail, setTrail] = useState<ReadonlyArray<string | null>>([]);
  return {
    cursor,
    next: (to) => {
      setTrail([...trail, cursor]);
      void setCursor(to);
    },
    previous: () => {
      void setCursor(trail.at(-1) ?? null);
      setTrail(trail.slice(0, -1));
    },
    reset: () => {
      setTrail([]);
      void setCursor(null, { history: 'replace' });
    },
  };
}
