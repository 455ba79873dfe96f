import { readDocuments } from './attachments.ts';
import { backfilled, identityOf } from './backfill.ts';
import { passageSource, wholeSource } from './library.ts';
import type { Library, Passage, PinnedText } from './library.ts';
import type { Attachment, Source, Turn } from './message.ts';
import type { ChatRequest } from './request.ts';

/** What an answer is drawn from. */
export interface Context {
  /** For the model, in this order: pinned documents, attached ones, passages. */
  texts: string[];
  /** For the caller. */
  sources: Source[];
  images: Attachment[];
}

interface Options {
  /** How many turns of the history. */
  turns: number;
  /** Pinned documents are taken until they fill it. */
  windowTokens: number;
  hasPassages: boolean;
}

/** All that goes into a prompt beside the question. */
export interface Gathered extends Context {
  instructions: string;
  /** Values of the instructions that no answer may hold. */
  secrets: readonly string[];
  history: readonly Turn[];
}

export async function gather(
  library: Library,
  request: ChatRequest,
  { turns, ...options }: Options,
): Promise<Gathered> {
  // The history is read while the question is on its way to the embedding model.
  const [{ whole, refusals, images, found, pins }, history, instructions] = await Promise.all([
    search(library, request, options),
    request.conversation.recent(turns),
    request.instructions(),
  ]);
  const filled =
    request.noBackfill === true
      ? found
      : await backfilled(found, history, {
          wanted: wantedOf(request.place.topN),
          pinned: pins,
          present: async () => new Set((await library.members(request.place.id)).map(identityOf)),
        });
  return {
    texts: [...whole.map(({ text }) => text), ...refusals, ...filled.map(({ text }) => String(text))],
    sources: [...whole.map(wholeSource), ...found],
    images,
    history,
    instructions: instructions.text,
    secrets: instructions.secrets,
  };
}

/** Everything but what earlier answers were drawn from. */
async function search(
  library: Library,
  request: ChatRequest,
  { windowTokens, hasPassages }: Omit<Options, 'turns'>,
) {
  const { place } = request;
  const { documents, refusals, images } = await readDocuments(library, request.attachments, request.signal);
  let pinning: Promise<PinnedText[]> | undefined;
  const pin = (): Promise<PinnedText[]> => (pinning ??= pinnedTexts(library, place.id, windowTokens));
  const except = async () => (await pin()).map(({ documentId }) => documentId);
  const found = hasPassages ? (await passages(library, request, except)).map(passageSource) : [];
  const pinned = await pin();
  const whole = [...pinned, ...documents];
  const pins = new Set(pinned.map(({ metadata }) => identityOf(metadata as Source)));
  return { whole, refusals, images, found, pins };
}

const TOP_N_DEFAULT = 4;
const wantedOf = (topN: number): number => (topN >= 1 ? topN : TOP_N_DEFAULT);

async function pinnedTexts(
  library: Library,
  collectionId: number,
  windowTokens: number,
): Promise<PinnedText[]> {
  const taken: PinnedText[] = [];
  let tokens = 0;
  for await (const document of library.pinned(collectionId)) {
    taken.push(document);
    tokens += document.tokenCount;
    if (tokens >= windowTokens) break;
  }
  return taken;
}

function passages(
  library: Library,
  { place, message, signal, searchPayer }: ChatRequest,
  except: () => Promise<readonly string[]>,
): Promise<Passage[]> {
  const { id, topN, similarityThreshold, vectorSearchMode } = place;
  return library.search({
    collectionId: id,
    query: message,
    topN: wantedOf(topN),
    threshold: similarityThreshold,
    mode: vectorSearchMode,
    except,
    payer: searchPayer,
    signal,
  });
}
