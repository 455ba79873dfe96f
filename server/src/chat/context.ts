import type { Hit } from '../retrieval/index.ts';
import type { Job } from './answer.ts';
import { readDocuments } from './attachments.ts';
import { backfilled, identityOf } from './backfill.ts';
import { memberDocuments, passageSource, pinnedTexts, wholeSource, type PinnedText } from './library.ts';
import type { Attachment, Source, Turn } from './message.ts';

/** For a workspace with 0. */
const HISTORY_TURNS = 20;
/** More turns with their sources fit into no window. */
const HISTORY_TURNS_MAX = 200;

/** The number of turns in a prompt, by the setting of the workspace. */
export const historyTurns = (openAiHistory: number): number =>
  Math.min(openAiHistory || HISTORY_TURNS, HISTORY_TURNS_MAX);

const TOP_N_DEFAULT = 4;

/** The number of passages in a prompt, by the setting of the workspace. */
export const wantedPassages = (topN: number): number => (topN >= 1 ? topN : TOP_N_DEFAULT);

/** The parts of a prompt beside the question. */
export interface Gathered {
  /** For the model, in this order: pinned documents, attached ones, passages. */
  texts: string[];
  /** For the caller. */
  sources: Source[];
  images: Attachment[];
  instructions: string;
  /** Values in the instructions that no answer may contain. */
  secrets: readonly string[];
  history: readonly Turn[];
}

export async function gather(job: Job): Promise<Gathered> {
  const { context, request } = job;
  const { workspace, conversation } = request;
  // The history is read while the question is being embedded.
  const [{ whole, refusals, images, found, pins }, history, instructions] = await Promise.all([
    search(job),
    conversation.recent(historyTurns(workspace.openAiHistory)),
    request.instructions(),
  ]);
  const filled =
    request.noBackfill === true
      ? found
      : await backfilled(found, history, {
          wanted: wantedPassages(workspace.topN),
          pinned: pins,
          present: async () => new Set((await memberDocuments(context, workspace.id)).map(identityOf)),
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

/** Pinned and attached documents, and passages. */
async function search(job: Job) {
  const { context, request, model, hasPassages } = job;
  const { documents, refusals, images } = await readDocuments(context, request);
  let pinning: Promise<PinnedText[]> | undefined;
  const pin = (): Promise<PinnedText[]> =>
    (pinning ??= pinnedTexts(context, request.workspace.id, model.windowTokens));
  const except = async () => (await pin()).map(({ documentId }) => documentId);
  const found = hasPassages ? await passages(job, { query: request.message, except }) : [];
  const pinned = await pin();
  const whole = [...pinned, ...documents];
  const pins = new Set(pinned.map(({ metadata }) => identityOf(metadata as Source)));
  return { whole, refusals, images, found: found.map(passageSource), pins };
}

/** The passages of the workspace that are nearest to a query. */
export function passages(
  { context: { retrieval }, request: { workspace, signal, searchPayer } }: Job,
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
