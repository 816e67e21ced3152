// The catalogue of settings: what an admin can adjust while the product runs, with its bounds and where it starts from.
import { z } from 'zod';
import { endpoint } from './endpoint.ts';
import { locale } from './enums.ts';
import { shortText, usdNotNegative } from './primitives.ts';

/** The sections of the settings, in their order. */
export const settingGroups = ['site', 'users', 'maintenance', 'relay', 'health', 'money'] as const;
export type SettingGroup = (typeof settingGroups)[number];

type Setting<Schema extends z.ZodType> = {
  readonly group: SettingGroup;
  readonly schema: Schema;
  /** In force until somebody changes it. */
  readonly initial: z.output<Schema>;
};

function setting<Schema extends z.ZodType>(
  group: SettingGroup,
  schema: Schema,
  initial: z.output<Schema>,
): Setting<Schema> {
  return { group, schema, initial };
}

const message = z.string().trim().max(500);
const seconds = (least: number, most: number) => z.int().min(least).max(most);

/** Whether a text names a time zone of the IANA list; offsets such as `+08:00` know no summer time and are none. */
export function isTimeZone(text: string): boolean {
  if (!/^[A-Za-z]/.test(text)) return false;
  try {
    return new Intl.DateTimeFormat('en', { timeZone: text }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}

export const timeZone = z
  .string()
  .max(64)
  .refine(isTimeZone, { error: 'a time zone of the IANA list, e.g. Asia/Shanghai' });

export const settingsCatalogue = {
  siteName: setting('site', shortText(60), 'api-proxy'),
  /** Of a visitor who has chosen none and whose browser asks for none that the console speaks. */
  defaultLocale: setting('site', locale, 'zh'),

  /** Whether strangers can register; the first user always can. */
  registrationOpen: setting('users', z.boolean(), true),
  /** Granted to every user at the start. */
  newUserQuotaUsd: setting('users', usdNotNegative, '0'),

  /** Refuses relayed requests of all but admins with 503; the console goes on. */
  maintenanceOn: setting('maintenance', z.boolean(), false),
  maintenanceMessage: setting('maintenance', message, ''),

  /** Attempts per request, each on another channel or key. */
  maxAttempts: setting('relay', z.int().min(1).max(20), 3),
  /** All attempts of a request together, up to the first byte of an answer. */
  attemptsSeconds: setting('relay', seconds(5, 3_600), 600),
  /** How long a request waits when all its channels are busy. */
  channelQueueSeconds: setting('relay', seconds(0, 300), 10),
  /** How long a request waits for a place under a limit of parallel requests. */
  placeQueueSeconds: setting('relay', seconds(0, 60), 1),
  /** The silence in an event stream after which its client gets a keep-alive. */
  keepAliveSeconds: setting('relay', seconds(1, 120), 10),
  /** How long an answer is read on for a client that left, on channels that drain. */
  drainSeconds: setting('relay', seconds(1, 600), 60),
  /** How long a conversation stays on its channel key after its last request. */
  affinityMinutes: setting('relay', z.int().min(0).max(1_440), 10),
  /** Whether a request whose thinking an upstream refuses is sent once more without it. */
  repairsThinking: setting('relay', z.boolean(), true),

  /** Bounds of a pause after trouble. */
  cooldownMinSeconds: setting('health', seconds(0, 3_600), 1),
  cooldownMaxSeconds: setting('health', seconds(1, 86_400), 60),
  /** Failures in a row after which a channel key is only probed. */
  failuresToOpen: setting('health', z.int().min(1).max(100), 5),

  /** Whose midnight ends the daily, weekly and monthly spending limits. */
  timeZone: setting('money', timeZone, 'UTC'),
  /** Shown with every 402. */
  rechargeMessage: setting('money', message, ''),
  /** A model without a price: refused for everyone but admins, or free. */
  unpricedPolicy: setting('money', z.enum(['refuse', 'free']), 'refuse'),
  /** An answer that its upstream broke off: nobody pays, or its user pays for what came. */
  truncatedPolicy: setting('money', z.enum(['free', 'charge']), 'free'),
  /** Output tokens set aside for when neither the request nor its model names a maximum. */
  defaultMaxOutputTokens: setting('money', z.int().min(1).max(1_000_000), 4_096),
} as const;

type Catalogue = typeof settingsCatalogue;
export type SettingName = keyof Catalogue;
export type Settings = { [Name in SettingName]: z.output<Catalogue[Name]['schema']> };

type Shape = { [Name in SettingName]: Catalogue[Name]['schema'] };
type UpdateShape = { [Name in SettingName]: z.ZodOptional<z.ZodNullable<Catalogue[Name]['schema']>> };

/** Guarantee: the catalogue's own keys, which its type names. */
export const settingNames = Object.keys(settingsCatalogue) as SettingName[];

/** Guarantee: each name is given what `of` makes of its own entry, which is what the target type says. */
function perSetting<Target>(of: (name: SettingName) => unknown): Target {
  return Object.fromEntries(settingNames.map((name) => [name, of(name)])) as Target;
}

export const initialSettings: Settings = perSetting((name) => settingsCatalogue[name].initial);

/** The names of the settings of one section. */
export function settingsIn(group: SettingGroup): SettingName[] {
  return settingNames.filter((name) => settingsCatalogue[name].group === group);
}

/** Every setting with its value; each value by its own bounds. */
export const settings = z
  .strictObject(perSetting<Shape>((name) => settingsCatalogue[name].schema))
  .meta({ id: 'Settings' });

/** As `settings`, with the rules that join two of them. */
export const consistentSettings = settings.refine(
  (values) => values.cooldownMinSeconds <= values.cooldownMaxSeconds,
  { path: ['cooldownMaxSeconds'], params: { rule: 'cooldown_order' } },
);

/** What to change; `null` sets a setting back to where it started. What is not named stays. */
export const settingsUpdate = z.strictObject(
  perSetting<UpdateShape>((name) => settingsCatalogue[name].schema.nullable().optional()),
);
export type SettingsUpdate = z.input<typeof settingsUpdate>;

/**
 * The settings in force, out of what is stored: what is missing or damaged has its initial value; other names are ignored.
 * @param onDamaged told of each stored value that its schema refuses.
 */
export function settingsOf(
  stored: Iterable<{ readonly name: string; readonly value: unknown }>,
  onDamaged: (name: SettingName) => void = () => {},
): Settings {
  const values = new Map([...stored].map(({ name, value }) => [name, value]));
  return perSetting((name) => {
    const { schema, initial } = settingsCatalogue[name];
    if (!values.has(name)) return initial;
    const parsed = schema.safeParse(values.get(name));
    if (parsed.success) return parsed.data;
    onDamaged(name);
    return initial;
  });
}

export const getSettings = endpoint({
  id: 'settings.get',
  method: 'GET',
  path: '/api/settings',
  summary: 'All settings as they are in force',
  access: 'admin',
  output: settings,
});

export const updateSettings = endpoint({
  id: 'settings.update',
  method: 'PATCH',
  path: '/api/settings',
  summary: 'Change settings; null sets one back. In force on every worker within two seconds',
  access: 'admin',
  body: settingsUpdate,
  output: settings,
});
