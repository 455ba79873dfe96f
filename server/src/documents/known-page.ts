import type { Caller } from '../access/index.ts';
import type { Storage } from '../storage/index.ts';
import type { AddedDocument } from './add-result.ts';
import type { Validators } from './document.ts';
import type { Documents } from './documents.ts';
import { sameValidators, type Sourced } from './source-store.ts';

interface Parts {
  storage: Storage;
  documents: Documents;
}

/** The documents of a page, with what its web server said of the version that they are of. */
export async function knownPage(
  { storage, documents }: Parts,
  { caller, source }: { caller: Caller; source?: string | undefined },
): Promise<{ validators: Validators; present: Sourced[] } | undefined> {
  if (source === undefined) return undefined;
  const present = await documents.ofSource(storage.db, source, await documents.viewer(caller));
  const validators = validatorsOf(present);
  return validators && { validators, present };
}

/** As an upload answers them. */
export async function unmodified(
  { storage, documents }: Parts,
  present: readonly Sourced[],
): Promise<AddedDocument[]> {
  const parts = Map.groupBy(present, ({ document }) => document.source?.part ?? 0);
  const added: AddedDocument[] = [];
  for (const copies of [...parts.values()].map((part) => part.map(({ document }) => document))) {
    const [document] = copies;
    if (document === undefined) continue;
    const text = (await documents.text(storage.db, document.id)) ?? '';
    added.push({ document, text, isKnown: true, copies });
  }
  return added;
}

/** What proves a later version of a source equal to its documents. @returns undefined where nothing does. */
function validatorsOf(present: readonly Sourced[]): Validators | undefined {
  const [first, ...others] = present.map(({ document }) => document.source);
  if (first === undefined || (first.etag === undefined && first.modified === undefined)) return undefined;
  if (!others.every((other) => other !== undefined && sameValidators(other, first))) return undefined;
  return { etag: first.etag, modified: first.modified };
}
