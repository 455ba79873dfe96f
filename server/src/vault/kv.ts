import { isDeepStrictEqual } from 'node:util';
import { isObject } from '../base/is-object.ts';
import { encodedPath, shownPath, type SecretPath } from './secret-path.ts';
import type { Vault } from './vault.ts';
import type { VaultAnswer } from './client.ts';
import { VaultError } from './vault-error.ts';

export type SecretData = Record<string, unknown>;

/**
 * A secret as it was read. `version` goes into the `cas` of the write that follows. `custom`: its custom metadata at that
 * moment; left out where the answer does not have them (nothing was written yet, or Vault before 1.9).
 */
export type Secret = { version: number; custom?: Record<string, string> } & (
  | { state: 'absent' }
  /** Somebody deleted or destroyed this version: a write would bring it back. */
  | { state: 'deleted' }
  | { state: 'present'; data: SecretData }
);

export interface SecretMetadata {
  /** 0: it was never written. */
  currentVersion: number;
  isCasRequired: boolean;
  custom: Record<string, string>;
  /** Whether the current version was deleted or destroyed. */
  isDeleted: boolean;
  /** Versions whose data still exists, oldest first: also of deleted ones, which can be brought back. */
  remaining: number[];
}

/**
 * The secrets of KV version 2 engines. Each write names the version that was read (compare-and-set), so that it never
 * replaces what somebody else wrote in between.
 */
export class Kv {
  readonly #vault: Vault;

  constructor(vault: Vault) {
    this.#vault = vault;
  }

  /** @throws VaultError `wrong_engine`, `denied` */
  async read(at: SecretPath): Promise<Secret> {
    const answer = await this.#vault.request({
      method: 'GET',
      path: urlOf(at, 'data'),
      what: `read ${shownPath(at)}`,
      expected: [404],
    });
    const data = inner(answer);
    // A 404 with a body is a version that was deleted or destroyed.
    if (answer.status === 404 && !isObject(data['metadata'])) {
      refuseWrongEngine(answer, at);
      return { state: 'absent', version: 0 };
    }
    const { data: values, metadata } = data;
    const known = { version: versionIn(metadata), ...customIn(metadata) };
    return isObject(values) ? { state: 'present', ...known, data: values } : { state: 'deleted', ...known };
  }

  /** The names of its fields, without their values: needs no `read` on `data/`. undefined: it is absent or deleted. */
  async fields(at: SecretPath): Promise<string[] | undefined> {
    const answer = await this.#vault.request({
      method: 'GET',
      path: urlOf(at, 'subkeys'),
      what: `read the field names of ${shownPath(at)}`,
      expected: [404],
    });
    refuseWrongEngine(answer, at);
    const { subkeys } = inner(answer);
    return isObject(subkeys) ? Object.keys(subkeys) : undefined;
  }

  /** undefined: nothing was ever written there. */
  async metadata(at: SecretPath): Promise<SecretMetadata | undefined> {
    const answer = await this.#vault.request({
      method: 'GET',
      path: urlOf(at, 'metadata'),
      what: `read the metadata of ${shownPath(at)}`,
      expected: [404],
    });
    if (answer.status === 404) {
      refuseWrongEngine(answer, at);
      return undefined;
    }
    const { current_version, cas_required, custom_metadata, versions } = inner(answer);
    return {
      currentVersion: Number(current_version),
      isCasRequired: cas_required === true,
      custom: isObject(custom_metadata) ? (custom_metadata as Record<string, string>) : {},
      isDeleted: isDeleted(isObject(versions) ? versions[String(current_version)] : undefined),
      remaining: remainingOf(versions),
    };
  }

  /**
   * Writes the whole document.
   * @param cas the version that was read; 0: only if it was never written.
   * @returns the new version. @throws VaultError `cas_mismatch`
   */
  write(at: SecretPath, data: SecretData, cas: number): Promise<number> {
    const write = { method: 'POST', path: urlOf(at, 'data'), what: `write ${shownPath(at)}` } as const;
    return this.#writeOnce(at, { ...write, body: { options: { cas }, data } }, { data, cas });
  }

  /**
   * Sets some fields and keeps the others: by PATCH, or where the policy does not allow that, by writing what was read
   * with the new fields.
   * @param read what `read` gave just now. @returns the new version. @throws VaultError `cas_mismatch`
   */
  async writeFields(at: SecretPath, read: Secret, fields: SecretData): Promise<number> {
    if (read.state !== 'present') return this.write(at, fields, read.version);
    const data = { ...read.data, ...fields };
    const cas = read.version;
    const patch = { method: 'PATCH', path: urlOf(at, 'data'), what: `change ${shownPath(at)}` } as const;
    try {
      return await this.#writeOnce(at, { ...patch, body: { options: { cas }, data: fields } }, { data, cas });
    } catch (error) {
      const isRefused = error instanceof VaultError && (error.fault === 'denied' || error.fault === 'absent');
      if (!isRefused) throw error;
      return this.write(at, data, cas);
    }
  }

  /** Where no answer came, the secret says whether the write took place. */
  async #writeOnce(
    at: SecretPath,
    request: { method: 'POST' | 'PATCH'; path: string; what: string; body: unknown },
    { data, cas }: { data: SecretData; cas: number },
  ): Promise<number> {
    try {
      return versionIn(inner(await this.#vault.request(request)));
    } catch (error) {
      if (!(error instanceof VaultError) || error.fault !== 'outcome_unknown') throw error;
      const now = await this.read(at);
      if (now.state === 'present' && now.version === cas + 1 && isDeepStrictEqual(now.data, data))
        return now.version;
      if (now.version !== cas)
        throw new VaultError('cas_mismatch', `${shownPath(at)} was changed meanwhile. Run this again.`);
      // Should the first write still arrive, one of the two finds another version and fails.
      return versionIn(inner(await this.#vault.request(request)));
    }
  }

  /** Sets members of the custom metadata, or removes them (null), and keeps the others. Values: printable, 1 to 512 bytes. */
  async annotate(at: SecretPath, custom: Record<string, string | null>): Promise<void> {
    const path = urlOf(at, 'metadata');
    const what = `write the metadata of ${shownPath(at)}`;
    try {
      await this.#vault.request({ method: 'PATCH', path, what, body: { custom_metadata: custom } });
    } catch (error) {
      const isRefused = error instanceof VaultError && ['denied', 'absent', 'refused'].includes(error.fault);
      if (!isRefused) throw error;
      const merged = Object.entries({ ...(await this.metadata(at))?.custom, ...custom });
      const rest = Object.fromEntries(merged.filter(([, value]) => value !== null));
      await this.#vault.request({ method: 'POST', path, what, body: { custom_metadata: rest } });
    }
  }

  /** Removes the data of versions for good. */
  async destroy(at: SecretPath, versions: readonly number[]): Promise<void> {
    if (versions.length === 0) return;
    const what = `destroy versions ${versions.join(', ')} of ${shownPath(at)}`;
    await this.#vault.request({ method: 'POST', path: urlOf(at, 'destroy'), what, body: { versions } });
  }

  /** Removes all versions and the metadata. The next write begins at version 1. */
  async remove(at: SecretPath): Promise<void> {
    const what = `remove ${shownPath(at)}`;
    await this.#vault.request({ method: 'DELETE', path: urlOf(at, 'metadata'), what, expected: [404] });
  }

  /** Names below a path; folders end with a slash. [] where there are none. */
  async list({ mount, path }: SecretPath): Promise<string[]> {
    const folder = path === '' ? '' : `${encodedPath(path, 'path')}/`;
    const answer = await this.#vault.request({
      method: 'GET',
      path: `${encodedPath(mount, 'mount')}/metadata/${folder}?list=true`,
      what: `list ${mount}/metadata/${path}`,
      expected: [404],
    });
    refuseWrongEngine(answer, { mount, path });
    const { keys } = inner(answer);
    return Array.isArray(keys) ? keys.map(String) : [];
  }
}

type Endpoint = 'data' | 'metadata' | 'subkeys' | 'destroy';

const urlOf = ({ mount, path }: SecretPath, endpoint: Endpoint): string =>
  `${encodedPath(mount, 'mount')}/${endpoint}/${encodedPath(path, 'path')}`;

function inner({ body }: VaultAnswer): Record<string, unknown> {
  const { data } = body;
  return isObject(data) ? data : {};
}

function versionIn(metadata: unknown): number {
  const version = isObject(metadata) ? metadata['version'] : undefined;
  if (typeof version === 'number') return version;
  throw new VaultError('failed', 'The answer of Vault has no version: is this a KV version 2 engine?');
}

function customIn(metadata: unknown): { custom?: Record<string, string> } {
  if (!isObject(metadata) || !('custom_metadata' in metadata)) return {};
  return { custom: (metadata['custom_metadata'] ?? {}) as Record<string, string> };
}

const isDeleted = (version: unknown): boolean =>
  isObject(version) && (version['destroyed'] === true || (version['deletion_time'] ?? '') !== '');

function remainingOf(versions: unknown): number[] {
  if (!isObject(versions)) return [];
  return Object.entries(versions)
    .filter(([, state]) => isObject(state) && state['destroyed'] !== true)
    .map(([version]) => Number(version))
    .sort((a, b) => a - b);
}

/** Vault answers 404 for a path of KV version 1 too, with a warning only. */
function refuseWrongEngine({ status, body }: VaultAnswer, { mount }: SecretPath): void {
  const said = JSON.stringify([body['warnings'], body['errors']]);
  if (status === 404 && /invalid path for a versioned|no handler for route/i.test(said))
    throw new VaultError('wrong_engine', `The mount ${mount} is missing, or is no KV version 2 engine.`, {
      status,
    });
}
