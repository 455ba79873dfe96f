/** A worker that opens chat streams and keeps what it has seen of each, see `numbered-upstream.ts`. */
import { Agent, request, type IncomingMessage } from 'node:http';
import { parentPort } from 'node:worker_threads';

/** What one caller has seen of its stream. */
export interface Seen {
  /** When the upstream sent the last chunk that came here, in ms; see `nowMs`. */
  lastSentMs: number;
  /** The last of what came. */
  text: string;
}

export interface Opening {
  url: string;
  secret: string;
}

/** ms of a clock that all threads of this machine share. */
export const nowMs = (): number => Number(process.hrtime.bigint()) / 1e6;

const TEXT_KEPT = 500;
const agent = new Agent({ keepAlive: false });
const ended: Promise<Seen>[] = [];

async function open({ url, secret }: Opening): Promise<void> {
  const headers = { authorization: `Bearer ${secret}`, 'content-type': 'application/json' };
  const asked = request(`${url}/v1/chat/completions`, { method: 'POST', headers, agent });
  asked.end(JSON.stringify({ model: 'gpt-test', stream: true, messages: [] }));
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    asked.once('response', resolve);
    asked.once('error', reject);
  });
  if (answer.statusCode !== 200) throw new Error(`no stream: ${answer.statusCode}`);
  const seen: Seen = { lastSentMs: 0, text: '' };
  answer.setEncoding('latin1');
  ended.push(
    new Promise((resolve) => {
      answer.once('close', () => resolve(seen));
      answer.on('error', () => undefined);
    }),
  );
  await new Promise<void>((begun) => {
    answer.on('data', (text: string) => {
      const at = text.lastIndexOf('sent:');
      if (at >= 0) seen.lastSentMs = Number.parseFloat(text.slice(at + 5));
      seen.text = (seen.text + text).slice(-TEXT_KEPT);
      begun();
    });
  });
}

/** Opens a stream and says when its first chunk has come; for null, says what was seen of all once they have ended. */
async function answer(opening: Opening | null): Promise<void> {
  if (opening !== null) await open(opening);
  parentPort?.postMessage(opening === null ? await Promise.all(ended) : 'open');
}

parentPort?.on('message', (opening: Opening | null) => void answer(opening));
