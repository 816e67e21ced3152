// Joins class names; a later Tailwind class wins over an earlier one of the same kind.
import { type ClassValue, clsx } from 'clsx';
import { extendTailwindMerge } from 'tailwind-merge';

const merge = extendTailwindMerge({ extend: { classGroups: { 'font-size': [{ text: ['2xs'] }] } } });

/** Joins class names of any form `clsx` takes. */
export function cn(...classes: ClassValue[]): string {
  return merge(clsx(classes));
}
