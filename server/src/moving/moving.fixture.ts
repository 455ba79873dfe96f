import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { onTestFinished } from 'vitest';
import type { OpenDatabase } from '../../test/databases.ts';
import { MIGRATIONS } from '../app.ts';
import { Documents } from '../documents/index.ts';
import { administratorsOf, Identity } from '../identity/index.ts';
import { openTestKeys, type TestKeys } from '../keys/keys.fixture.ts';
import { Settings } from '../settings/index.ts';
import { backup, type Storage } from '../storage/index.ts';
import { vectors } from '../retrieval/index.ts';
import { emptyWidgets } from '../widgets/index.ts';
import { coverage, memberships, Workspaces } from '../workspaces/index.ts';
import type { StorageDir } from './anythingllm.fixture.ts';
import { importAnythingllm, type ImportOptions, type ImportReport, type Kind } from './index.ts';

export interface TestMove extends TestKeys {
  storage: Storage;
  settings: Settings;
  documents: Documents;
  identity: Identity;
  workspaces: Workspaces;
  /** Imports a storage directory like the command. */
  import(from: StorageDir, options?: Partial<ImportOptions>): Promise<ImportReport>;
  dryRun(from: StorageDir): Promise<ImportReport>;
}

/** An empty instance. */
export async function openTestMove(open: OpenDatabase): Promise<TestMove> {
  const administrators = administratorsOf(memberships);
  const opened = await openTestKeys(open, { administrators, migrations: MIGRATIONS });
  const { keys, clock } = opened;
  const { storage, sealing, audit } = keys;
  const settings = new Settings({ storage, sealing, clock });
  const documents = new Documents({ storage, clock, audit, coverage, vectors });
  const identity = new Identity({ keys, memberships });
  const workspaces = new Workspaces({ storage, clock, settings, audit, emptyWidgets });
  const scratchDir = mkdtempSync(join(tmpdir(), 'keyward-scratch-'));
  onTestFinished(() => rmSync(scratchDir, { recursive: true, force: true }));
  const options = ({ folder }: StorageDir): ImportOptions => ({
    folder,
    scratchDir,
    storage,
    audit,
    clock,
    settings,
  });
  return {
    ...opened,
    storage,
    settings,
    documents,
    identity,
    workspaces,
    import: (from, given = {}) => importAnythingllm({ ...options(from), into: { identity, keys }, ...given }),
    dryRun: (from) => importAnythingllm(options(from)),
  };
}

/** The count of one kind. */
export const countOf = (report: ImportReport, kind: Kind): Omit<ImportReport['counts'][number], 'kind'> => {
  const { kind: _, ...count } = report.counts.find((item) => item.kind === kind) ?? {
    kind,
    found: 0,
    taken: 0,
    known: 0,
    left_out: 0,
  };
  return count;
};

/** The things that were left out, as `kind: reason → things`. */
export const leftOut = (report: ImportReport): Record<string, string[]> =>
  Object.fromEntries(report.left_out.map(({ kind, reason, things }) => [`${kind}: ${reason}`, things]));

export const changed = (report: ImportReport): Record<string, string[]> =>
  Object.fromEntries(report.changed.map(({ kind, reason, things }) => [`${kind}: ${reason}`, things]));

/** The whole content of the database, as text. */
export async function everythingIn({ storage, clock }: TestMove): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'keyward-everything-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, 'everything.gz');
  await backup(storage, file, { nowMs: clock.nowMs() });
  return gunzipSync(readFileSync(file)).toString();
}
