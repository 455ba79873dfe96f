import { createWorker, readEvents } from '@keyward/sdk';

// A worker of the worker kit in front of an upstream: each event is passed on as it arrives. Arguments: its server, the
// upstream, the model; its key comes on stdin. Prints a line when it is registered.
const [url = '', upstream = '', model = ''] = process.argv.slice(2);
let apiKey = '';
for await (const chunk of process.stdin.setEncoding('utf8')) apiKey += String(chunk);

const worker = createWorker({
  url,
  apiKey,
  concurrency: 4,
  capabilities: { models: [model] },
  onEvent: ({ type }) => void (type === 'registered' && process.stdout.write('{}\n')),
  handle: async ({ payload: { endpoint, ...body } }, { emit, signal }) => {
    const headers = { 'content-type': 'application/json' };
    const path = upstream + String(endpoint);
    const answer = await fetch(path, { method: 'POST', headers, body: JSON.stringify(body), signal });
    for await (const { data } of readEvents(answer.body)) {
      if (data === '[DONE]') break;
      await emit(JSON.parse(data));
    }
    return { output: 'Hello', usage: { prompt_tokens: 20, completion_tokens: 1 } };
  },
});
process.once('SIGTERM', () => process.exit(0));
await worker.run();
