// Changes settings: only the named ones, and of those only what differs. Two admins at once: the later one wins, setting by setting.
import {
  consistentSettings,
  type updateSettings as contract,
  initialSettings,
  type SettingName,
  type Settings,
  type SettingsUpdate,
  settingNames,
} from '@api-proxy/contracts/settings';
import type { Transaction } from '@api-proxy/db/database';
import { settings } from '@api-proxy/db/schema/settings';
import { eq } from 'drizzle-orm';
import { requireActor } from '../authorise.ts';
import { change } from '../change.ts';
import { invalidInput } from '../failure.ts';
import type { Verb } from '../verb.ts';
import { moveWindows } from './move-windows.ts';
import { readSettings } from './read-settings.ts';

/** What each rule that joins two settings says, by the setting it is told at. */
const RULES: Partial<Record<SettingName, string>> = {
  cooldownMaxSeconds: 'must not be less than cooldownMinSeconds',
};

export const updateSettings: Verb<typeof contract> = async (context, { body }) => {
  const actor = requireActor(context, 'admin');
  return change(context, async ({ tx, audit, configChanged }) => {
    // Locks the row of the version until the end: one change of settings at a time.
    await configChanged();
    const before = await readSettings(tx);
    const after = consistent(merged(before, body));
    const changed = settingNames.filter((name) => before[name] !== after[name]);
    if (changed.length === 0) return before;
    const now = new Date(context.clock.nowMs());
    for (const name of changed) await store(tx, { name, value: after[name], by: actor.userId, now });
    if (before.timeZone !== after.timeZone) {
      await moveWindows(tx, { before: before.timeZone, after: after.timeZone, nowMs: now.getTime() });
    }
    await audit({
      action: 'settings.update',
      entityKind: 'settings',
      entityId: 'settings',
      before: only(changed, before),
      after: only(changed, after),
    });
    return after;
  });
};

/** `null` is the initial value. */
function merged(before: Settings, body: SettingsUpdate): Settings {
  const named = settingNames.flatMap((name) => {
    const value = body[name];
    return value === undefined ? [] : [[name, value ?? initialSettings[name]] as const];
  });
  return { ...before, ...Object.fromEntries(named) };
}

function consistent(values: Settings): Settings {
  const parsed = consistentSettings.safeParse(values);
  if (parsed.success) return parsed.data;
  const name = settingNames.find((one) => parsed.error.issues.some(({ path }) => path[0] === one));
  throw invalidInput(`body.${name}`, (name && RULES[name]) ?? 'does not fit the other settings');
}

type Stored = { name: SettingName; value: unknown; by: string; now: Date };

/** A setting that is as it was at the start has no row. */
async function store(tx: Transaction, { name, value, by, now }: Stored): Promise<void> {
  if (value === initialSettings[name]) {
    await tx.delete(settings).where(eq(settings.name, name));
    return;
  }
  const row = { value, updatedBy: by, updatedAt: now };
  await tx
    .insert(settings)
    .values({ name, ...row })
    .onConflictDoUpdate({ target: settings.name, set: row });
}

function only(names: readonly SettingName[], values: Settings): Partial<Settings> {
  return Object.fromEntries(names.map((name) => [name, values[name]]));
}
