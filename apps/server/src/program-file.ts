// Where the other programs of the server are: beside this one, as sources in development and as a bundle in production.
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** Path of one of the server's own programs, by its name without extension. */
export function programFile(name: string): string {
  const here = fileURLToPath(import.meta.url);
  return path.join(path.dirname(here), `${name}${path.extname(here)}`);
}
