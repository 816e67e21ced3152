// .env.example names every variable the configuration reads, and no other.
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

const read = (path: string): string => readFileSync(new URL(`../${path}`, import.meta.url), 'utf8');
// Read by docker-compose and PostgreSQL's own image, not by the server.
const OF_DEPLOYMENT = ['POSTGRES_PASSWORD'];

it('.env.example and the configuration name the same variables', () => {
  const schema =
    /const environmentSchema = z\.object\(\{([\s\S]*?)\n\}\);/.exec(read('apps/server/src/config.ts'))?.[1] ??
    '';
  const known = [...schema.matchAll(/^ {2}([A-Z][A-Z_]+):/gm)].map((match) => match[1] ?? '');
  const named = [...read('.env.example').matchAll(/^([A-Z][A-Z_]+)=/gm)].map((match) => match[1] ?? '');
  expect(known.length).toBeGreaterThan(10);
  expect(named.sort()).toEqual([...known, ...OF_DEPLOYMENT].sort());
});

it('every variable has a line of explanation right above it', () => {
  const lines = read('.env.example').split('\n');
  const bare = lines.filter((line, at) => /^[A-Z_]+=/.test(line) && !lines[at - 1]?.startsWith('# '));
  expect(bare).toEqual([]);
});
