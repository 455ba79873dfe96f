import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { KeywardApiError, type components, type KeywardClient } from '@keyward/sdk';
import {
  HOST_PATTERN,
  PLACE_PATTERN,
  REASON_MAX_CHARACTERS,
  REASON_PATTERN,
  SERVICE_KEY_ID_PATTERN,
  SOURCE_PATTERN,
} from '../../base/forms/bootstrap-forms.ts';
import { holdsSecret } from '../../base/forms/secret-forms.ts';
import {
  secretOf,
  shownPlace,
  type Bootstrap,
  type KeyStatus,
  type Manifest,
  type Surroundings,
} from '../../bootstrap/index.ts';
import { clientFor } from '../client.ts';
import type { Context } from '../command.ts';
import { say } from '../io.ts';
import { keep, sendKept, sendReport, type Report } from './report-sending.ts';
import { counted } from '../count-text.ts';

type ReportedKey = components['schemas']['BootstrapReportedKey'];
type Seen = NonNullable<ReportedKey['seen']>;

/** What the verbs say of one key, as far as a report needs it. */
export interface Done {
  id: string;
  action?: string;
  /** Of a rotation: it has made a new value. */
  source?: string;
  reason?: string;
  revoked?: readonly string[];
  removed?: readonly string[];
}

interface Options {
  manifest: Manifest;
  surroundings: Surroundings;
  context: Context;
  /** The name of the manifest's file. */
  file: string;
  verb: Report['verb'];
}

const TIMEOUT_MS = 10_000;
/** The body of a report has at most 1 MiB. */
const KEYS_AT_ONCE = 100;
const REVOKED_MAX = 50;

/**
 * Reports to a Keyward server what a run did and saw. A report that cannot be sent changes no exit code: the work was
 * done. The reason is said on stderr, and a report with steps is kept for the next run.
 */
export class Reporting {
  readonly #options: Options;
  readonly #startedAt = new Date();
  readonly #keys: ReportedKey[] = [];

  /** @returns undefined where the manifest has no `report`, or the run only shows what it would do. */
  static for(options: Omit<Options, 'verb'> & { verb: Report['verb'] | undefined }): Reporting | undefined {
    const { verb } = options;
    return options.manifest.report === undefined || verb === undefined
      ? undefined
      : new Reporting({ ...options, verb });
  }

  constructor(options: Options) {
    this.#options = options;
  }

  /** What was done in one phase. After a change it looks once more: a verb that writes does not say what is stored now. */
  async add(bootstrap: Bootstrap, ids: readonly string[], done: readonly Done[]): Promise<void> {
    const { verb, manifest } = this.#options;
    const looks = verb === 'apply' || verb === 'rotate';
    const statuses = looks ? await this.#look(bootstrap, ids) : done.filter(isStatus);
    const seen = new Map(statuses.map((status) => [status.id, seenOf(status, manifest)]));
    for (const one of done) this.#keys.push(this.#keyOf(one, seen.get(one.id)));
  }

  /** All of the run, after the reports that earlier runs could not send. */
  async send(): Promise<void> {
    if (this.#keys.length === 0) return;
    const reports = this.#reports();
    const folder = join(this.#options.surroundings.folder, `.${this.#options.file}.reports`);
    const { io } = this.#options.context;
    try {
      const client = await this.#client();
      await sendKept(client, folder, io);
      while (reports[0] !== undefined) {
        await sendReport(client, reports[0]);
        reports.shift();
      }
    } catch (error) {
      const { url = '' } = this.#options.manifest.report ?? {};
      say(io, `Warning: the run was not reported to ${url}: ${said(error)}`);
      await keep(folder, reports.filter(hasSteps), io);
    }
  }

  async #client(): Promise<KeywardClient> {
    const { manifest, surroundings, context } = this.#options;
    const { url = '', key } = manifest.report ?? {};
    // Read now: this run may have stored it.
    const secret = key === undefined ? undefined : await secretOf(key, surroundings);
    return clientFor(url, secret, context, TIMEOUT_MS);
  }

  async #look(bootstrap: Bootstrap, ids: readonly string[]): Promise<KeyStatus[]> {
    try {
      return await bootstrap.status(ids);
    } catch (error) {
      say(
        this.#options.context.io,
        `Warning: the report does not say how the keys are stored: ${(error as Error).message}`,
      );
      return [];
    }
  }

  #keyOf(done: Done, seen: Seen | undefined): ReportedKey {
    const { id, revoked = [], reason } = done;
    if (revoked.length > REVOKED_MAX)
      say(
        this.#options.context.io,
        `Warning: the report names ${REVOKED_MAX} of the ${counted(revoked.length, 'key')} of ${id} that were revoked.`,
      );
    const ids = revoked.flatMap((one) => fitting(SERVICE_KEY_ID, one) ?? []).slice(0, REVOKED_MAX);
    return {
      id,
      action: actionOf(this.#options.verb, done),
      revoked: ids,
      reason: fitting(REASON, reason?.slice(0, REASON_MAX_CHARACTERS)),
      ...(seen !== undefined && { seen }),
    };
  }

  #reports(): Report[] {
    const { verb, manifest } = this.#options;
    const runId = randomUUID();
    const all = {
      stack: manifest.report?.stack ?? '',
      verb,
      host: fitting(HOST, hostname()),
      started_at: this.#startedAt.toISOString(),
      finished_at: new Date().toISOString(),
    };
    return Array.from({ length: Math.ceil(this.#keys.length / KEYS_AT_ONCE) }, (_, part) => ({
      ...all,
      run_id: `${runId}-${part}`,
      keys: this.#keys.slice(part * KEYS_AT_ONCE, (part + 1) * KEYS_AT_ONCE),
    }));
  }
}

const said = (error: unknown): string =>
  [(error as Error).message, error instanceof KeywardApiError ? error.hint : null].filter(Boolean).join(' ');

/** What a run only saw, the next run sees again. */
const hasSteps = ({ keys }: Report): boolean => keys.some(({ action }) => action !== 'none');

const isStatus = (done: Done): done is KeyStatus => 'verdict' in done;

function actionOf(
  verb: Report['verb'],
  { action, source, revoked = [], removed = [] }: Done,
): ReportedKey['action'] {
  if (verb === 'status' || verb === 'verify') return 'none';
  if (verb === 'gc') return revoked.length > 0 ? 'revoke' : 'none';
  if (verb === 'destroy') return revoked.length + removed.length > 0 ? 'destroy' : 'none';
  if (verb === 'rotate') return action === 'rotated' || source !== undefined ? 'rotate' : 'none';
  const steps = ['create', 'update', 'note'] as const;
  return steps.find((step) => step === action) ?? 'none';
}

function seenOf(status: KeyStatus, { keys }: Manifest): Seen {
  const { state, stored_from, stored_at, verdict, service_key_id, place } = status;
  const [, ...copies] = keys[status.id]?.store ?? [];
  const time = stored_at === null ? NaN : Date.parse(stored_at);
  return {
    state: state === 'in_step' && status.copies.length > 0 ? 'copies_differ' : state,
    place: fitting(PLACE, place),
    copies: copies.flatMap((copy) => fitting(PLACE, shownPlace(copy)) ?? []),
    source: fitting(SOURCE, stored_from),
    stored_at: Number.isNaN(time) ? null : new Date(time).toISOString(),
    verdict,
    service_key_id: fitting(SERVICE_KEY_ID, service_key_id),
  };
}

const PLACE = new RegExp(PLACE_PATTERN, 'u');
const SOURCE = new RegExp(SOURCE_PATTERN, 'u');
const SERVICE_KEY_ID = new RegExp(SERVICE_KEY_ID_PATTERN, 'u');
const HOST = new RegExp(HOST_PATTERN, 'u');
const REASON = new RegExp(REASON_PATTERN, 'u');

/** Metadata of a sink may have been written by anybody: other texts are left out, and above all a secret. */
const fitting = (form: RegExp, text: string | null | undefined): string | null =>
  typeof text === 'string' && form.test(text) && !holdsSecret(text) ? text : null;
