import type { Hit } from '../retrieval/index.ts';
import { readDocuments } from './attachments.ts';
import { backfilled, identityOf } from './backfill.ts';
import { memberDocuments, passageSource, pinnedTexts, wholeSource } from './library.ts';
import type { Library, PinnedText } from './library.ts';
import type { Attachment, Source, Turn } from './message.ts';
import type { ChatRequest } from './request.ts';

/** Shown to a model where the workspace says nothing, or 0: clients of this API know that as the default. */
const HISTORY_TURNS = 20;
/** Each with its sources: no window holds as many, and nobody's memory should. */
const HISTORY_TURNS_MAX = 200;

/** How many turns of the history a model is shown, of as many as the workspace says. */
export const historyTurns = (openAiHistory: number): number =>
  Math.min(openAiHistory || HISTORY_TURNS, HISTORY_TURNS_MAX);

const TOP_N_DEFAULT = 4;

/** How many passages are wanted, of as many as the workspace says. */
export const wantedPassages = (topN: number): number => (topN >= 1 ? topN : TOP_N_DEFAULT);

/** All that goes into a prompt beside the question. */
export interface Gathered {
  /** For the model, in this order: pinned documents, attached ones, passages. */
  texts: string[];
  /** For the caller. */
  sources: Source[];
  images: Attachment[];
  instructions: string;
  /** Values of the instructions that no answer may hold. */
  secrets: readonly string[];
  history: readonly Turn[];
}

interface Options {
  /** Pinned documents are taken until they fill it. */
  windowTokens: number;
  hasPassages: boolean;
}

export async function gather(library: Library, request: ChatRequest, options: Options): Promise<Gathered> {
  const { workspace, conversation } = request;
  // The history is read while the question is on its way to the embedding model.
  const [{ whole, refusals, images, found, pins }, history, instructions] = await Promise.all([
    search(library, request, options),
    conversation.recent(historyTurns(workspace.openAiHistory)),
    request.instructions(),
  ]);
  const filled =
    request.noBackfill === true
      ? found
      : await backfilled(found, history, {
          wanted: wantedPassages(workspace.topN),
          pinned: pins,
          present: async () => new Set((await memberDocuments(library, workspace.id)).map(identityOf)),
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
async function search(library: Library, request: ChatRequest, { windowTokens, hasPassages }: Options) {
  const { workspace, message, attachments, signal } = request;
  const { documents, refusals, images } = await readDocuments(library, attachments, signal);
  let pinning: Promise<PinnedText[]> | undefined;
  const pin = (): Promise<PinnedText[]> => (pinning ??= pinnedTexts(library, workspace.id, windowTokens));
  const except = async () => (await pin()).map(({ documentId }) => documentId);
  const found = hasPassages ? await passages(library, request, { query: message, except }) : [];
  const pinned = await pin();
  const whole = [...pinned, ...documents];
  const pins = new Set(pinned.map(({ metadata }) => identityOf(metadata as Source)));
  return { whole, refusals, images, found: found.map(passageSource), pins };
}

/** Those of the workspace that are nearest to a query, as many as the workspace wants. */
export function passages(
  { retrieval }: Pick<Library, 'retrieval'>,
  { workspace, signal, searchPayer }: ChatRequest,
  wanted: { query: string; except?: () => Promise<readonly string[]> },
): Promise<Hit[]> {
  return retrieval.search({
    ...wanted,
    collectionId: workspace.id,
    topN: wantedPassages(workspace.topN),
    threshold: workspace.similarityThreshold,
    mode: workspace.vectorSearchMode,
    payer: searchPayer,
    signal,
  });
}
