import type { TObject, TSchema } from 'typebox';
import { KeywardError } from '../../base/errors.ts';
import type { AddedDocument, AddRefusal, AddResult, Replacement } from '../../documents/index.ts';
import type { Call } from '../../http/index.ts';
import { accountsOf } from '../../models/index.ts';
import type { DocumentServices } from '../services.ts';

type Caller = Pick<Call<TObject, TObject, TSchema, 'any'>, 'caller' | 'countsItself'>;

export type Stored = Exclude<AddResult, AddRefusal>;

/**
 * Gives the changed documents of a source their new texts, in every workspace that holds them, on the caller's account.
 * @returns all its documents, as they are now
 * @throws KeywardError that says which document keeps its former text
 */
export async function replaceChanged(
  services: DocumentServices,
  call: Caller,
  { added, changed = [] }: Stored,
): Promise<AddedDocument[]> {
  const replaced = new Map<string, AddedDocument['document']>();
  for (const change of changed) {
    const document = await replaceOne(services, call, change);
    replaced.set(document.id, document);
  }
  return added.map((one) => ({ ...one, document: replaced.get(one.document.id) ?? one.document }));
}

async function replaceOne(
  services: DocumentServices,
  call: Caller,
  change: Replacement,
): Promise<AddedDocument['document']> {
  const { documents, retrieval } = services;
  let { document } = change;
  const { metadata, text } = change.next;
  try {
    await retrieval.replace({
      document,
      metadata: { ...metadata, id: document.id },
      text,
      payer: { account: accountsOf(services, call, { isAside: true }) },
      store: async (tx) => {
        document = await documents.replace(tx, call.caller, change);
      },
    });
    return document;
  } catch (error) {
    if (!(error instanceof KeywardError) || error.message.includes(STAYS)) throw error;
    throw new KeywardError(error.code, `${document.location}: ${error.message} ${STAYS}`, error.extras);
  }
}

const STAYS = 'Its former version stays.';
