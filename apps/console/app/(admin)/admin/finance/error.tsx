// This page failed: the reason and a way to try again.
'use client';
export { PageError as default } from '@/components/shell/page-error';
