import { unwrap } from '@keyward/sdk';
import { CLIENT_ARGS, openClient } from '../client.ts';
import { verb } from '../command.ts';
import { say, warn } from '../io.ts';
import { print } from '../output.ts';
import { SETTING_ARGS, settingsOf } from './settings.ts';

export default verb({
  args: {
    name: {
      type: 'positional',
      description: 'Name of the upstream; requests can name its models as name/model',
      required: true,
    },
    'base-url': {
      type: 'positional',
      description: 'URL with the prefix of the API, such as https://api.openai.com/v1',
      required: true,
    },
    ...SETTING_ARGS,
    ...CLIENT_ARGS,
  },
  examples: [
    'upstreams add ollama http://127.0.0.1:11434/v1',
    'upstreams add openai https://api.openai.com/v1 --api-key-stdin < key.txt',
    `upstreams add azure https://azure.example/v1 --prices '{"gpt-*": {"input_usd_per_million_tokens": "2.50", "output_usd_per_million_tokens": "10"}}'`,
    'upstreams add vllm http://gpu-1:8000/v1 --model chat=meta-llama/Llama-3.1-8B-Instruct --timeout 5m',
  ],
  run: async (args, context) => {
    const body = { name: args.name, base_url: args['base-url'], ...(await settingsOf(args, context)) };
    const client = await openClient(args, context);
    const value = await unwrap(client.POST('/v1/upstreams', { body }));
    await print(context, args, { value });
    warn(context.io, value.warnings);
    say(context.io, `Try it: keyward upstreams test ${value.id}`);
  },
});
