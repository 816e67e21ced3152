// The landing page.
export default function LandingPage() {
  return null;
}
