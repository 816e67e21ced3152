// Charts are fetched after the page is readable: numbers first, pictures second.
'use client';
import dynamic from 'next/dynamic';

export const Bars = dynamic(() => import('./bars').then((module) => module.Bars), { ssr: false });
