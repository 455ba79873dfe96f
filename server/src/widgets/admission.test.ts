import pino from 'pino';
import { beforeEach, expect, it } from 'vitest';
import { describeOnBothDatabases, type OpenDatabase, type TestDatabase } from '../../test/databases.ts';
import { MIGRATIONS } from '../app.ts';
import type { Clock } from '../base/clock.ts';
import { auditOn } from '../audit/audit.fixture.ts';
import { administratorsOf } from '../identity/index.ts';
import { Sealing } from '../sealing/index.ts';
import { LastUsed } from '../keys/verify/last-used.ts';
import { Settings } from '../settings/index.ts';
import { type Storage } from '../storage/index.ts';
import { memberships, Workspaces } from '../workspaces/index.ts';
import { admit } from './admission.ts';
import { openWidgets, type WidgetsContext } from './context.ts';
import { emptyWidgets } from './embed-chat-store.ts';
import { DEFAULTS, type EmbedSettings } from './embed.ts';
import { insertEmbed } from './embed-store.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
const UUID = '20c6d71f-b82a-4712-bb5a-7916cc593d41';
const SESSION = '5b1fae4e-95a6-4f4a-9a53-5d3a3c6b1a11';
const sealing = Sealing.open({ masterKey: new Uint8Array(32).fill(7) });

class MovedClock implements Clock {
  ms = 1_800_000_000_000;
  nowMs = (): number => this.ms;
  monotonicMs = (): number => this.ms;
}

const NO_CHAT = {
  answer: (): never => {
    throw new Error('nobody is answered here');
  },
};

const contextOn = (storage: Storage, clock: Clock): WidgetsContext => {
  const audit = auditOn(storage, { clock });
  const settings = new Settings({ storage, sealing, clock });
  const workspaces = new Workspaces({ storage, clock, audit, settings, emptyWidgets });
  const logger = pino({ level: 'silent' });
  const lastUsed = new LastUsed({ storage, clock, logger });
  return openWidgets({
    storage,
    audit,
    clock,
    logger,
    sealing,
    settings,
    workspaces,
    keys: { storage, clock, lastUsed, administrators: administratorsOf(memberships) },
    chat: NO_CHAT,
  });
};

const address = (index: number): string => `10.${index >> 16}.${(index >> 8) & 255}.${index & 255}`;

describeOnBothDatabases('limits of widgets', (open: OpenDatabase) => {
  let database: TestDatabase;
  let clock: MovedClock;
  let context: WidgetsContext;

  beforeEach(async () => {
    database = await open(MIGRATIONS);
    clock = new MovedClock();
    context = contextOn(database.storage, clock);
  });

  async function addEmbed(settings: Partial<EmbedSettings>, uuid = UUID): Promise<void> {
    const { workspaces } = context;
    if ((await workspaces.findCovered('everything', 'docs')) === undefined)
      await workspaces.create({ kind: 'system' }, 'everything', { name: 'Docs' });
    const workspaceId = (await workspaces.findCovered('everything', 'docs'))?.id ?? 0;
    await database.storage.transaction((tx) =>
      insertEmbed(tx, {
        ...DEFAULTS,
        ...settings,
        id: uuid === UUID ? 1 : 2,
        uuid,
        workspaceId,
        payerKeyId: null,
        ownerId: null,
        createdAt: clock.ms,
      }),
    );
  }

  /** How many of so many requests at once are let in, spread over the given contexts. */
  async function admitted(
    count: number,
    from: (index: number) => { uuid?: string; sessionId?: string; ip?: string },
    contexts: WidgetsContext[] = [context],
  ): Promise<number> {
    const outcomes = await Promise.all(
      Array.from({ length: count }, (_, index) =>
        admit(contexts[index % contexts.length] ?? context, {
          uuid: UUID,
          sessionId: SESSION,
          ip: address(index),
          ...from(index),
        }),
      ),
    );
    return outcomes.filter((outcome) => outcome === 'admitted').length;
  }

  it('lets exactly as many in a day as it says, of 50 at once, and again when the day is over', async () => {
    await addEmbed({ maxChatsPerDay: 7 });
    expect(await admitted(50, () => ({}))).toBe(7);
    clock.ms += DAY_MS - 1;
    expect(await admitted(5, () => ({}))).toBe(0);
    clock.ms += 1;
    expect(await admitted(50, () => ({}))).toBe(7);
  });

  it('lets exactly as many of a session in as it says, and counts each session for itself', async () => {
    await addEmbed({ maxChatsPerSession: 3 });
    expect(await admitted(50, () => ({}))).toBe(3);
    expect(await admitted(50, () => ({ sessionId: SESSION.replace('5', '6') }))).toBe(3);
  });

  it('holds over two processes', async () => {
    await addEmbed({ maxChatsPerDay: 9, maxChatsPerSession: 9 });
    const other = contextOn(await database.reopen(), clock);
    expect(await admitted(50, () => ({}), [context, other])).toBe(9);
  });

  it('bounds one address over all widgets, in a minute and in a day', async () => {
    const second = UUID.replace('2', '3');
    await addEmbed({});
    await addEmbed({}, second);
    const from = (index: number) => ({ ip: '203.0.113.7', uuid: index % 2 === 0 ? UUID : second });
    expect(await admitted(50, from)).toBe(20);
    for (let minute = 1; minute < 15; minute++) {
      clock.ms += MINUTE_MS;
      expect(await admitted(20, from)).toBe(20);
    }
    clock.ms += MINUTE_MS;
    expect(await admitted(20, from)).toBe(0);
    expect(await admitted(1, () => ({ ip: '203.0.113.8' }))).toBe(1);
  });

  it('takes the limits of an address from the settings', async () => {
    await addEmbed({});
    const { settings, storage } = context;
    await storage.transaction((tx) => settings.set(tx, { WidgetChatsPerAddressPerMinute: { value: '2' } }));
    expect(await admitted(9, () => ({ ip: '203.0.113.7' }))).toBe(2);
  });

  it('lets nobody in where the widget is closed or not there', async () => {
    await addEmbed({ enabled: false });
    expect(await admitted(3, () => ({}))).toBe(0);
    expect(await admitted(3, () => ({ uuid: 'nope' }))).toBe(0);
  });

  it('keeps no address of a visitor', async () => {
    await addEmbed({});
    await admitted(1, () => ({ ip: '203.0.113.7' }));
    const rows = await database.storage.db
      .withTables<{ embed_admissions: { visitor: string } }>()
      .selectFrom('embed_admissions')
      .selectAll()
      .execute();
    expect(rows).toHaveLength(1);
    expect(JSON.stringify(rows)).not.toContain('203.0.113');
  });
});
