// A person's search text as a LIKE pattern that takes it literally.

/** `50%_a` → `%50\%\_a%`: found anywhere, wildcards of LIKE escaped. */
export function containsPattern(text: string): string {
  return `%${text.replace(/[\\%_]/g, (character) => `\\${character}`)}%`;
}
