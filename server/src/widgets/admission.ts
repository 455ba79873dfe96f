import { networkOf } from '../access/index.ts';
import type { Db } from '../storage/index.ts';
import { countAdmissions, dropAdmissionsBefore, insertAdmission, nextAdmission } from './admission-store.ts';
import type { WidgetsContext } from './context.ts';
import type { Embed } from './embed.ts';
import { findEmbed } from './embed-store.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

/** Settings with their defaults: chats from one address, over all widgets together. */
export const ADDRESS_LIMITS = {
  WidgetChatsPerAddressPerMinute: 20,
  WidgetChatsPerAddressPerDay: 300,
} as const;

/** Which limit is reached; `closed`: the widget is disabled or was removed. */
export type NotAdmitted = 'closed' | 'address' | 'day' | 'session';

/**
 * Admits one chat, or says which limit is reached. Chats are counted in the transaction that adds the next one: no limit is
 * exceeded by any number of requests at once, in any number of processes. Guarded by admission.test.ts.
 * An admitted chat counts for 24 hours, with or without an answer.
 */
export async function admit(
  context: WidgetsContext,
  { uuid, sessionId, ip }: { uuid: string; sessionId: string; ip: string },
): Promise<'admitted' | NotAdmitted> {
  const visitor = Buffer.from(context.digest(`widget visitor ${networkOf(ip)}`)).toString('hex');
  const limits = await addressLimits(context);
  const { storage, clock } = context;
  const asked = { uuid, sessionId, visitor, limits };
  // A crowd beyond the limits must not queue for the database's write lock.
  const early = await notAdmitted(storage.db, { ...asked, nowMs: clock.nowMs() });
  if (typeof early === 'string') return early;
  return storage.transaction(
    async (tx) => {
      const id = await nextAdmission(tx);
      const nowMs = clock.nowMs();
      // Read again: an administrator may have closed the widget in the meantime.
      const embed = await notAdmitted(tx, { ...asked, nowMs });
      if (typeof embed === 'string') return embed;
      await dropAdmissionsBefore(tx, nowMs - DAY_MS);
      await insertAdmission(tx, { id, embedId: embed.id, sessionId, visitor, admittedAt: nowMs });
      return 'admitted';
    },
    { durable: false },
  );
}

interface Admission {
  uuid: string;
  sessionId: string;
  visitor: string;
  limits: { minute: number; day: number };
  nowMs: number;
}

async function notAdmitted(
  db: Db,
  { uuid, sessionId, visitor, limits, nowMs }: Admission,
): Promise<NotAdmitted | Embed> {
  const embed = await findEmbed(db, uuid);
  if (embed?.enabled !== true) return 'closed';
  const since = nowMs - DAY_MS;
  const { id: embedId, maxChatsPerDay, maxChatsPerSession } = embed;
  if ((await countAdmissions(db, { visitor, since: nowMs - MINUTE_MS })) >= limits.minute) return 'address';
  if ((await countAdmissions(db, { visitor, since })) >= limits.day) return 'address';
  if (maxChatsPerDay !== null && (await countAdmissions(db, { embedId, since })) >= maxChatsPerDay)
    return 'day';
  if (maxChatsPerSession === null) return embed;
  const inSession = await countAdmissions(db, { embedId, sessionId, since });
  return inSession >= maxChatsPerSession ? 'session' : embed;
}

async function addressLimits({ settings }: WidgetsContext): Promise<Admission['limits']> {
  const { WidgetChatsPerAddressPerMinute: minute, WidgetChatsPerAddressPerDay: day } = ADDRESS_LIMITS;
  const set = await settings.many(Object.keys(ADDRESS_LIMITS));
  return {
    minute: Number(set.get('WidgetChatsPerAddressPerMinute') ?? minute),
    day: Number(set.get('WidgetChatsPerAddressPerDay') ?? day),
  };
}
