// The shape of the wizard while it loads.
export default function Loading() {
  return <div className="skeleton h-96" aria-busy />;
}
