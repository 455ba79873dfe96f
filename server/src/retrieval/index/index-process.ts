/**
 * The process that holds vectors: a crash of native code affects only the next search. Started by index-client.ts; ends when
 * its channel to the parent closes.
 * Arguments: the limit of memory in bytes, and the number of vectors above which a graph is built.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { Held } from './held.ts';
import type { Ask, AskName, AskOf, Replies, Reply, Request } from './index-messages.ts';

/** Added to a graph between two messages: about 30 ms. */
const ADVANCE_VECTORS = 50;

const [, , bytesMax = '', exactMax = ''] = process.argv;
/** In the order of their last use. */
const held = new Map<string, Held>();
let isBuilding = false;

const answers: { [A in AskName]: (ask: AskOf<A>) => Replies[A] } = {
  begin: ({ name, dimensions, embeddings, withTexts }) => ({
    missing: open(name, dimensions).begin(embeddings, withTexts),
  }),
  add: (ask) => {
    held.get(ask.name)?.add(ask);
    return null;
  },
  commit: ({ name, revision }) => {
    held.get(name)?.commit(revision);
    evict(name);
    void build();
    return null;
  },
  search: (ask) => use(ask.name)?.search(ask) ?? { stale: true },
  status: () => ({
    held: [...held.values()].map((one) => one.status()),
    rssBytes: process.memoryUsage.rss(),
  }),
};

function open(name: string, dimensions: number): Held {
  const present = use(name);
  if (present?.dimensions === dimensions) return present;
  const made = new Held(name, dimensions, Number(exactMax));
  held.set(name, made);
  return made;
}

function use(name: string): Held | undefined {
  const one = held.get(name);
  if (one === undefined) return undefined;
  held.delete(name);
  held.set(name, one);
  return one;
}

/** Never drops the one in use. */
function evict(inUse: string): void {
  let bytes = [...held.values()].reduce((sum, one) => sum + one.bytes, 0);
  for (const one of held.values()) {
    if (bytes <= Number(bytesMax)) return;
    if (one.name === inUse) continue;
    held.delete(one.name);
    bytes -= one.bytes;
  }
}

/** Answers requests between two pieces. */
async function build(): Promise<void> {
  if (isBuilding) return;
  isBuilding = true;
  while ([...held.values()].some((one) => one.advance(ADVANCE_VECTORS))) await nextTurn();
  isBuilding = false;
}

process.on('message', (request: Request) => {
  const { id } = request;
  let reply: Reply;
  try {
    reply = { id, value: (answers[request.ask] as (ask: Ask) => Replies[AskName])(request) };
  } catch (error) {
    reply = { id, error: String(error) };
  }
  process.send?.(reply);
});
process.on('disconnect', () => process.exit(0));
