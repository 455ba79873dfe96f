import type { Behaviour, Received } from '../../../test/upstream.ts';

export interface Asked {
  model: string;
  input?: unknown;
  stream?: boolean;
  background?: boolean;
  store?: boolean;
  previous_response_id?: string;
}

const USAGE = {
  input_tokens: 12,
  input_tokens_details: { cached_tokens: 0 },
  output_tokens: 30,
  output_tokens_details: { reasoning_tokens: 0 },
  total_tokens: 42,
};

interface Kept extends Record<string, unknown> {
  id: string;
  status: string;
}

/** An upstream that keeps responses like OpenAI's, for anybody with its credential. */
export class ResponsesUpstream {
  readonly kept = new Map<string, Kept>();
  /** Given instead of a new id. */
  nextId: string | undefined;
  /** Resolves before the rest of a stream is sent. */
  beforeRest: () => Promise<void> = () => Promise.resolve();
  #made = 0;

  get behaviour(): Behaviour {
    return (response, received) => this.#answer(response, received);
  }

  async #answer(response: Parameters<Behaviour>[0], received: Received): Promise<void> {
    const url = new URL(received.path, 'http://upstream');
    const [, , , id = '', below] = url.pathname.split('/');
    const send = (body: object, status = 200): void => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    };
    if (received.method === 'POST' && id === '') {
      const asked = JSON.parse(received.body.toString()) as Asked;
      const made = this.#make(asked);
      if (asked.stream !== true) return send(made);
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write(': comment\n\n');
      const event = (type: string, of: object): string =>
        `event: ${type}\ndata: ${JSON.stringify({ type, sequence_number: 0, response: of })}\n\n`;
      const first = event('response.created', { ...made, status: 'in_progress', output: [], usage: null });
      // In two pieces, the id in the first.
      response.write(first.slice(0, 120));
      response.write(first.slice(120));
      await this.beforeRest();
      response.end(event('response.completed', made));
      return;
    }
    if (id === 'input_tokens') return send({ object: 'response.input_tokens', input_tokens: 9 });
    if (id === 'compact')
      return send({ id: 'resp_c', object: 'response.compaction', created_at: 1, output: [], usage: USAGE });
    const kept = this.kept.get(decodeURIComponent(id));
    if (kept === undefined)
      return send({ error: { message: 'Not found here.', type: 'invalid_request_error' } }, 404);
    if (received.method === 'DELETE') {
      this.kept.delete(kept.id);
      return send({ id: kept.id, object: 'response', deleted: true });
    }
    if (below === 'input_items') return send(pageOf(kept.id, url.searchParams));
    if (below === 'cancel') {
      kept.status = 'cancelled';
      kept['usage'] = USAGE;
    }
    send(kept);
  }

  /** A background response ends. */
  finish(id: string): void {
    const kept = this.kept.get(id);
    if (kept !== undefined) Object.assign(kept, { status: 'completed', usage: USAGE, output: outputOf(id) });
  }

  #make(asked: Asked): Kept {
    const isBackground = asked.background === true;
    const id = this.nextId ?? `resp_${++this.#made}_${Math.random().toString(36).slice(2)}`;
    const made: Kept = {
      id,
      object: 'response',
      created_at: 1_700_000_000,
      status: isBackground ? 'queued' : 'completed',
      model: asked.model,
      background: isBackground,
      previous_response_id: asked.previous_response_id ?? null,
      metadata: { id: 'resp_forged' },
      output: isBackground ? [] : outputOf(id),
      usage: isBackground ? null : USAGE,
    };
    if (asked.store !== false) this.kept.set(id, made);
    return made;
  }
}

const ITEMS = 3;

/** The items of an input, whose ids the upstream has made. */
function pageOf(id: string, asked: URLSearchParams): object {
  const all = Array.from({ length: ITEMS }, (_, at) => ({ id: `msg_in_${at}_of_${id}`, type: 'message' }));
  const at = (name: string): number => all.findIndex((item) => item.id === asked.get(name));
  const end = asked.has('before') ? at('before') : ITEMS;
  const data = all.slice(at('after') + 1, end).slice(0, Number(asked.get('limit') ?? 20));
  return {
    object: 'list',
    data,
    first_id: data[0]?.id ?? null,
    last_id: data.at(-1)?.id ?? null,
    has_more: data.at(-1) !== all.at(-1),
  };
}

const outputOf = (id: string): object[] => [
  {
    id: `msg_of_${id}`,
    type: 'message',
    role: 'assistant',
    status: 'completed',
    // A text of the model is no id.
    content: [{ type: 'output_text', text: '{"id":"resp_forged"}', annotations: [] }],
  },
];
