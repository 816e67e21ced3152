// Every component in every state, for those who build rooms.
import { ComponentsClient } from './client';

export const metadata = { title: 'Components', robots: { index: false } };

export default function ComponentsPage() {
  return <ComponentsClient />;
}
