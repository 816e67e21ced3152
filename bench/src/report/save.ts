// Keeps a report: the table for people and every round for programs.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { markdownReport, type ReportParts } from './markdown.ts';

const FOLDER = fileURLToPath(new URL('../../results', import.meta.url));

/** @returns the names of the files in `results/` */
export function saveReport(parts: ReportParts): string[] {
  mkdirSync(FOLDER, { recursive: true });
  const name = `${parts.date}-${parts.machine.commit}`;
  const { machine, date, rounds, full, figures, outcome } = parts;
  const data = {
    ...{ date, machine, rounds, full, figures },
    targets: outcome.targets,
    unavailable: outcome.unavailable,
    cells: outcome.cells.map((cell) => ({ ...cell, workload: cell.workload.name })),
  };
  writeFileSync(join(FOLDER, `${name}.md`), markdownReport(parts));
  writeFileSync(join(FOLDER, `${name}.json`), `${JSON.stringify(data)}\n`);
  return [`${name}.md`, `${name}.json`];
}
