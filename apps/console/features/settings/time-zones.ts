// The time zones a person can choose among, with the time difference each has now.

export type Zone = {
  readonly name: string;
  /** e.g. `UTC+8`, as of now. */
  readonly offset: string;
  /** What a search looks through, lower case. */
  readonly text: string;
};

/** The difference of a zone to UTC at an instant; empty for a name that is no zone. */
export function offsetOf(name: string, at: Date): string {
  try {
    const parts = new Intl.DateTimeFormat('en', {
      timeZone: name,
      timeZoneName: 'shortOffset',
    }).formatToParts(at);
    return (parts.find(({ type }) => type === 'timeZoneName')?.value ?? '').replace('GMT', 'UTC');
  } catch {
    return '';
  }
}

/** Every zone of the browser, UTC first. */
export function allZones(at: Date): Zone[] {
  const names = ['UTC', ...Intl.supportedValuesOf('timeZone').filter((name) => name !== 'UTC')];
  return names.map((name) => {
    const offset = offsetOf(name, at);
    return { name, offset, text: `${name.replaceAll('_', ' ')} ${name} ${offset}`.toLowerCase() };
  });
}

/** The zones that contain every word of a search, in their order. */
export function matchingZones(zones: readonly Zone[], search: string): Zone[] {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  return zones.filter(({ text }) => words.every((word) => text.includes(word)));
}
