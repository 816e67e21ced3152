// What a page shows while it loads: its shape.
import { Card } from '@/components/ui/card';

/** For `loading.tsx` files. */
export function PageLoading({ cards = 0 }: { cards?: number }) {
  return (
    <div aria-busy>
      <div className="skeleton mb-2 h-6 w-40" />
      <div className="skeleton mb-6 h-4 w-72" />
      {cards > 0 && (
        <div className="mb-4 grid gap-4 sm:grid-cols-2 lg:grid-cols-4">
          {Array.from({ length: cards }, (_, index) => `card-${index}`).map((key) => (
            <Card key={key} className="h-24" />
          ))}
        </div>
      )}
      <Card className="grid gap-4 p-4">
        {['a', 'b', 'c', 'd', 'e', 'f'].map((key) => (
          <div key={key} className="skeleton h-4 w-full" />
        ))}
      </Card>
    </div>
  );
}
