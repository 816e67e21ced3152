// A readable name for a user agent: enough to recognise one's own devices.

const BROWSERS: ReadonlyArray<[RegExp, string]> = [
  [/Edg\//, 'Edge'],
  [/OPR\//, 'Opera'],
  [/Firefox\//, 'Firefox'],
  [/Chrome\//, 'Chrome'],
  [/Safari\//, 'Safari'],
  [/curl\//, 'curl'],
];

const SYSTEMS: ReadonlyArray<[RegExp, string]> = [
  [/iPhone|iPad/, 'iOS'],
  [/Android/, 'Android'],
  [/Mac OS X/, 'macOS'],
  [/Windows/, 'Windows'],
  [/Linux/, 'Linux'],
];

/** `name` is null when nothing in the text is known. */
export function browserOf(agent: string): { name: string | null; phone: boolean } {
  const find = (table: ReadonlyArray<[RegExp, string]>) =>
    table.find(([pattern]) => pattern.test(agent))?.[1];
  const parts = [find(BROWSERS), find(SYSTEMS)].filter((part) => part !== undefined);
  return { name: parts.length > 0 ? parts.join(' · ') : null, phone: /iPhone|Android/.test(agent) };
}
