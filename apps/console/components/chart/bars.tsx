// Bars over time, stacked by series; loaded on demand, since the chart library is heavy.
'use client';
import { useState } from 'react';
import { Bar, BarChart, CartesianGrid, ResponsiveContainer, Tooltip, XAxis, YAxis } from 'recharts';
import { cn } from '@/lib/cn';

export type Series = { key: string; label: string; color: string };
export type Point = { label: string; values: Record<string, number> };

type Props = { points: readonly Point[]; series: readonly Series[]; format: (value: number) => string };

/** `format` writes a value with its unit, on the axis and in the tooltip. The legend filters. */
export function Bars({ points, series, format }: Props) {
  const [hidden, setHidden] = useState<ReadonlySet<string>>(new Set());
  const shown = series.filter(({ key }) => !hidden.has(key));
  const toggle = (key: string) => {
    const next = new Set(hidden);
    if (!next.delete(key)) next.add(key);
    setHidden(next);
  };
  const data = points.map(({ label, values }) => ({ label, ...values }));
  return (
    <div className="flex h-full flex-col gap-2">
      <div className="min-h-0 flex-1">
        <ResponsiveContainer width="100%" height="100%">
          <BarChart
            data={data}
            margin={{ top: 4, right: 0, bottom: 0, left: 0 }}
            barCategoryGap="22%"
            accessibilityLayer
          >
            <CartesianGrid vertical={false} stroke="var(--line)" />
            <XAxis
              dataKey="label"
              tickLine={false}
              axisLine={false}
              minTickGap={24}
              tick={{ fontSize: 11, fill: 'var(--faint)' }}
            />
            <YAxis
              width="auto"
              tickLine={false}
              axisLine={false}
              tickFormatter={format}
              tick={{ fontSize: 11, fill: 'var(--faint)' }}
            />
            <Tooltip
              cursor={{ fill: 'var(--hover)' }}
              isAnimationActive={false}
              content={({ active, label, payload }) =>
                active ? <Bubble label={String(label)} rows={payload} series={shown} format={format} /> : null
              }
            />
            {shown.map(({ key, color }, index) => (
              <Bar
                key={key}
                dataKey={key}
                stackId="all"
                fill={color}
                isAnimationActive={false}
                radius={index === shown.length - 1 ? [3, 3, 0, 0] : 0}
              />
            ))}
          </BarChart>
        </ResponsiveContainer>
      </div>
      {series.length > 1 && <Legend series={series} hidden={hidden} onToggle={toggle} />}
    </div>
  );
}

function Bubble({
  label,
  rows,
  series,
  format,
}: {
  label: string;
  rows: ReadonlyArray<{ dataKey?: unknown; value?: unknown }>;
  series: readonly Series[];
  format: Props['format'];
}) {
  return (
    <div className="rounded-md border border-line bg-surface px-2.5 py-2 text-xs shadow-md">
      <div className="num mb-1 text-faint">{label}</div>
      {series.map(({ key, label: name, color }) => (
        <div key={key} className="flex items-center gap-2">
          <span className="size-2 rounded-xs" style={{ background: color }} />
          <span className="text-muted">{name}</span>
          <span className="num ml-auto pl-4 font-medium">
            {format(Number(rows.find((row) => row.dataKey === key)?.value ?? 0))}
          </span>
        </div>
      ))}
    </div>
  );
}

function Legend({
  series,
  hidden,
  onToggle,
}: {
  series: readonly Series[];
  hidden: ReadonlySet<string>;
  onToggle: (key: string) => void;
}) {
  return (
    <div className="flex flex-wrap gap-x-3 gap-y-1">
      {series.map(({ key, label, color }) => (
        <button
          key={key}
          type="button"
          aria-pressed={!hidden.has(key)}
          onClick={() => onToggle(key)}
          className={cn(
            'inline-flex items-center gap-1.5 rounded-sm text-muted text-xs hover:text-ink',
            hidden.has(key) && 'line-through opacity-60',
          )}
        >
          <span className="size-2 rounded-xs" style={{ background: color }} />
          {label}
        </button>
      ))}
    </div>
  );
}
