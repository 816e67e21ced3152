// The shelves of the component page, one under the other.
'use client';
import { LanguageMenu, ThemeMenu } from '@/components/shell/preferences';
import { Cards, Dialogs, Tables } from '@/features/showcase/composites';
import { Buttons, Inputs, States, Values } from '@/features/showcase/controls';

export function ComponentsClient() {
  return (
    <main className="mx-auto grid max-w-6xl grid-cols-[minmax(0,1fr)] gap-10 px-4 py-8 md:px-6">
      <div className="flex justify-end">
        <LanguageMenu />
        <ThemeMenu />
      </div>
      <Buttons />
      <Inputs />
      <States />
      <Values />
      <Cards />
      <Tables />
      <Dialogs />
    </main>
  );
}
