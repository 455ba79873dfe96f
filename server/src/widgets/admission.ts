import { networkOf } from '../access/index.ts';
import type { Db } from '../storage/index.ts';
import { countAdmissions, dropAdmissionsBefore, insertAdmission, nextAdmission } from './admission-store.ts';
import type { WidgetsContext } from './context.ts';
import type { Embed } from './embed.ts';
import { findEmbed } from './embed-store.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

/** Settings, and what holds where they are not set: chats from one address, over all widgets together. */
export const ADDRESS_LIMITS = {
  WidgetChatsPerAddressPerMinute: 20,
  WidgetChatsPerAddressPerDay: 300,
} as const;

/** Which limit is reached; `closed`: the widget is disabled or was removed. */
export type NotAdmitted = 'closed' | 'address' | 'day' | 'session';

/**
 * Lets one chat in, or says which limit is reached. What counts is counted in the transaction that adds to it, one after the
 * other: however many come at once, in however many processes, no limit is passed. Guarded by admission.test.ts.
 * A chat that was let in counts for 24 hours, whatever became of it.
 */
export async function admit(
  context: WidgetsContext,
  { uuid, sessionId, ip }: { uuid: string; sessionId: string; ip: string },
): Promise<'admitted' | NotAdmitted> {
  const visitor = Buffer.from(context.digest(`widget visitor ${networkOf(ip)}`)).toString('hex');
  const limits = await addressLimits(context);
  const { storage, clock } = context;
  const asked = { uuid, sessionId, visitor, limits };
  // A crowd that is over the limits anyway shall not stand in line for writing: that would hold up everybody else.
  const early = await notAdmitted(storage.db, { ...asked, nowMs: clock.nowMs() });
  if (typeof early === 'string') return early;
  return storage.transaction(
    async (tx) => {
      const id = await nextAdmission(tx);
      const nowMs = clock.nowMs();
      // Read again: an administrator may just have closed it.
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

/** Why not, or the widget. */
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
