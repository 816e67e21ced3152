// Which columns a viewer has chosen to see, remembered in the browser.
'use client';
import { useEffect, useState } from 'react';
import type { ColumnMeta } from './columns';

type Visibility = Record<string, boolean>;
type Described = ReadonlyArray<{ id?: string; meta?: ColumnMeta }>;

/** @param name of the table, unique in the console. */
export function useColumns(name: string, columns: Described) {
  const [chosen, setChosen] = useState<Visibility>({});
  const storageKey = `columns:${name}`;

  useEffect(() => setChosen(stored(storageKey)), [storageKey]);

  const visibility: Visibility = {};
  for (const { id, meta } of columns) if (id) visibility[id] = chosen[id] ?? meta?.hidden !== true;

  const choose = (id: string, shown: boolean) => {
    const next = { ...chosen, [id]: shown };
    setChosen(next);
    try {
      localStorage.setItem(storageKey, JSON.stringify(next));
    } catch {
      // Storage is full or refused: the choice then lasts as long as the page.
    }
  };
  return { visibility, choose };
}

function stored(storageKey: string): Visibility {
  try {
    const value: unknown = JSON.parse(localStorage.getItem(storageKey) ?? '{}');
    if (typeof value !== 'object' || value === null) return {};
    return Object.fromEntries(
      Object.entries(value).filter((entry): entry is [string, boolean] => typeof entry[1] === 'boolean'),
    );
  } catch {
    return {};
  }
}
