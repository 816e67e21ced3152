// The landing page.
import { Landing } from '@/features/landing/landing';
import { site, viewer } from '@/lib/session';

export default async function LandingPage() {
  const [{ publicUrl, setupNeeded, registrationOpen }, me] = await Promise.all([site(), viewer()]);
  const start = me ? '/dashboard' : setupNeeded ? '/setup' : registrationOpen ? '/register' : '/login';
  return <Landing baseUrl={publicUrl} start={start} signedIn={me !== null} />;
}
