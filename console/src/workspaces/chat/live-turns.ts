import type { Source } from '@keyward/sdk';
import { skipToken, useQuery } from '@tanstack/react-query';
import { client } from '../../api/client.ts';
import { queryClient } from '../../api/queries.ts';
import { noticeLoss } from '../../app/connection.ts';
import { historyKey, readinessKey, type ChatPlace, type History, type Turn } from './chat-queries.ts';

/** A question that this page has asked, until the history of the server has it. */
export interface LiveTurn {
  id: string;
  question: string;
  /** The number of the last chat that the history had. */
  after: number;
  text: string;
  /** What an agent does. */
  thoughts: string[];
  sources: Source[];
  state: 'running' | 'answered' | 'stopped' | 'failed';
  error?: unknown;
}

/*
 * They lie beside the answers of the server: an answer goes on while another page is open, and all are forgotten when the
 * person signs out.
 */
const LIVE = 'live-turns';
const keyOf = (place: ChatPlace) => [LIVE, ...historyKey(place)] as const;
queryClient.setQueryDefaults([LIVE], { gcTime: Infinity, staleTime: Infinity });

const NO_TURNS: LiveTurn[] = [];

export function useLiveTurns(place: ChatPlace): LiveTurn[] {
  return useQuery<LiveTurn[]>({ queryKey: keyOf(place), queryFn: skipToken }).data ?? NO_TURNS;
}

const turnsAt = (place: ChatPlace): LiveTurn[] => queryClient.getQueryData(keyOf(place)) ?? [];

/** @param change of the turn; nothing where it was forgotten */
function update(place: ChatPlace, id: string, change: (turn: LiveTurn) => LiveTurn): void {
  queryClient.setQueryData<LiveTurn[]>(keyOf(place), (turns) =>
    turns?.map((turn) => (turn.id === id ? change(turn) : turn)),
  );
}

const running = new Map<string, AbortController>();

/** Ends an answer. The server keeps what it has written so far. */
export const stopTurn = (id: string): void => running.get(id)?.abort(new Error('stopped'));

/** Text is drawn in steps, ms: to draw each word anew would slow long answers down. */
const DRAWN_EVERY_MS = 50;

/** Asks, and draws the answer as it comes. Its failure becomes part of the turn. */
export async function askQuestion(place: ChatPlace, question: string): Promise<void> {
  const id = crypto.getRandomValues(new Uint32Array(2)).join('-');
  const turn: LiveTurn = {
    id,
    question,
    after: queryClient.getQueryData<History>(historyKey(place))?.turns.at(-1)?.chatId ?? 0,
    text: '',
    thoughts: [],
    sources: [],
    state: 'running',
  };
  // A failed question that is asked again is not shown twice.
  const others = turnsAt(place).filter((one) => one.state !== 'failed' || one.question !== question);
  queryClient.setQueryData<LiveTurn[]>(keyOf(place), [...others, turn]);
  const stopping = new AbortController();
  running.set(id, stopping);
  try {
    await readAnswer(place, turn, stopping.signal);
    update(place, id, (now) => ({ ...now, state: 'answered' }));
    await handOver(place);
  } catch (error) {
    if (stopping.signal.aborted) update(place, id, (now) => ({ ...now, state: 'stopped' }));
    else {
      noticeLoss(error);
      update(place, id, (now) => ({ ...now, state: 'failed', error }));
      // The model may be gone: the field says so before the next question.
      void queryClient.invalidateQueries({ queryKey: readinessKey(place.slug) });
    }
  } finally {
    running.delete(id);
  }
}

async function readAnswer(place: ChatPlace, { id, question }: LiveTurn, signal: AbortSignal): Promise<void> {
  const { slug, thread, sessionId } = place;
  const asked = { slug, message: question, ...(thread === undefined ? { sessionId } : { thread }) };
  let waiting = '';
  const draw = (): void => {
    const text = waiting;
    waiting = '';
    if (text !== '') update(place, id, (turn) => ({ ...turn, text: turn.text + text }));
  };
  const timer = setInterval(draw, DRAWN_EVERY_MS);
  try {
    for await (const piece of client.askWorkspace(asked, { signal })) {
      if (piece.kind === 'text') waiting += piece.text;
      else if (piece.kind === 'sources') update(place, id, (turn) => ({ ...turn, sources: piece.sources }));
      else update(place, id, (turn) => ({ ...turn, thoughts: [...turn.thoughts, piece.text] }));
    }
  } finally {
    clearInterval(timer);
    draw();
  }
}

const isSame = ({ question, after }: LiveTurn, stored: Turn): boolean =>
  stored.chatId > after && stored.question === question;

/**
 * The history as far as it is shown, and what this page shows beside it: the server stores an answer that was stopped or has
 * failed a moment later.
 */
export function withoutRepeats(stored: readonly Turn[], live: readonly LiveTurn[]) {
  const failed = live.filter(({ state }) => state === 'failed');
  return {
    stored: stored.filter((turn) => !failed.some((one) => isSame(one, turn))),
    live: live.filter(
      (turn) =>
        turn.state === 'running' || turn.state === 'failed' || !stored.some((one) => isSame(turn, one)),
    ),
  };
}

/** From here on the history of the server shows what was answered. */
async function handOver(place: ChatPlace): Promise<void> {
  await queryClient.invalidateQueries({ queryKey: historyKey(place) });
  const stored = queryClient.getQueryData<History>(historyKey(place))?.turns ?? [];
  queryClient.setQueryData<LiveTurn[]>(keyOf(place), (turns = []) =>
    // Of an answer without a word nothing is stored.
    withoutRepeats(stored, turns).live.filter(({ state, text }) => state !== 'stopped' || text !== ''),
  );
}

/** Takes a failed question out of the page. */
export function forgetTurn(place: ChatPlace, id: string): void {
  queryClient.setQueryData<LiveTurn[]>(keyOf(place), (turns) => turns?.filter((turn) => turn.id !== id));
}
