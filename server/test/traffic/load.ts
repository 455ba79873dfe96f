import { Agent, request } from 'node:http';

export interface Load {
  /** Requests that were answered as they should be. */
  readonly good: number;
  /** What the others got. */
  readonly bad: readonly string[];
  /** Requests whose connection was refused: the server listens no more. */
  readonly refused: number;
  /** Ends after the requests that run. */
  stop(): Promise<void>;
}

interface Requests {
  clients: number;
  headers: Record<string, string>;
  path: string;
  body: unknown;
}

/**
 * Clients that each send one POST after the other, over kept connections: nothing between may send such a request twice. A
 * client ends when its connection is refused.
 */
export function startLoad(url: string, { clients, headers, path, body }: Requests): Load {
  const agent = new Agent({ keepAlive: true, maxSockets: clients });
  const bytes = JSON.stringify(body);
  const bad: string[] = [];
  let good = 0;
  let refused = 0;
  const over = new AbortController();
  const once = (): Promise<'go on' | 'end'> =>
    new Promise((resolve) => {
      const failed = (error: NodeJS.ErrnoException): void => {
        if (error.code === 'ECONNREFUSED') {
          refused++;
          return resolve('end');
        }
        bad.push(error.code ?? error.message);
        resolve('go on');
      };
      const asked = request(`${url}${path}`, {
        method: 'POST',
        agent,
        headers: { 'content-type': 'application/json', 'content-length': bytes.length, ...headers },
      });
      asked.on('error', failed);
      asked.on('response', (answer) => {
        answer.on('error', failed).on('end', () => {
          if (answer.statusCode === 200) good++;
          else bad.push(String(answer.statusCode));
          resolve('go on');
        });
        answer.resume();
      });
      asked.end(bytes);
    });
  const client = async (): Promise<void> => {
    while (!over.signal.aborted && (await once()) === 'go on');
  };
  const all = Promise.all(Array.from({ length: clients }, client));
  return {
    get good() {
      return good;
    },
    get refused() {
      return refused;
    },
    bad,
    stop: async () => {
      over.abort();
      await all;
      agent.destroy();
    },
  };
}
