// The administration starts at the channels.
import { redirect } from 'next/navigation';

export default function AdminPage() {
  redirect('/admin/channels');
}
