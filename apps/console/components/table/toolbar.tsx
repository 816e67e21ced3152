// Above the table: filters on the left, the column choice on the right.
'use client';
import { Columns3 } from 'lucide-react';
import { useTranslations } from 'next-intl';
import type { ReactNode } from 'react';
import { Button } from '@/components/ui/button';
import { Menu, MenuCheckboxItem, MenuContent, MenuLabel, MenuTrigger } from '@/components/ui/menu';
import type { ColumnMeta } from './columns';

/** Children are the filters. */
export function Toolbar({
  columns,
  visibility,
  onChoose,
  children,
}: {
  columns: ReadonlyArray<{ id?: string; meta?: ColumnMeta }>;
  visibility: Record<string, boolean>;
  onChoose: (id: string, shown: boolean) => void;
  children?: ReactNode;
}) {
  const t = useTranslations('table');
  const choices = columns.filter(({ meta }) => meta && !meta.pinned && meta.label !== '');
  return (
    <div className="flex flex-wrap items-center gap-2">
      <div className="flex min-w-0 flex-1 flex-wrap items-center gap-2">{children}</div>
      {choices.length > 0 && (
        <Menu>
          <MenuTrigger asChild>
            <Button variant="ghost" size="md" className="max-md:hidden" aria-label={t('columns')}>
              <Columns3 />
              <span className="max-lg:hidden">{t('columns')}</span>
            </Button>
          </MenuTrigger>
          <MenuContent>
            <MenuLabel>{t('columns')}</MenuLabel>
            {choices.map(({ id, meta }) => (
              <MenuCheckboxItem
                key={id}
                checked={visibility[id ?? ''] === true}
                onCheckedChange={(shown) => onChoose(id ?? '', shown === true)}
              >
                {meta?.label}
              </MenuCheckboxItem>
            ))}
          </MenuContent>
        </Menu>
      )}
    </div>
  );
}
