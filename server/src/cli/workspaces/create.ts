import { unwrap } from '@keyward/sdk';
import { CLIENT_ARGS, openClient } from '../client.ts';
import { verb } from '../command.ts';
import { say } from '../io.ts';
import { print } from '../output.ts';
import { given } from '../page.ts';
import { MODES } from './ask.ts';

export default verb({
  args: {
    name: {
      type: 'positional',
      description: 'Name of the workspace; its slug is made from it',
      required: true,
    },
    mode: {
      type: 'enum',
      options: MODES,
      description: 'query answers from the documents only. Default: automatic',
    },
    model: { type: 'string', description: 'Name of the answering model. Default: the first chat model' },
    prompt: { type: 'string', description: 'System prompt for the model' },
    ...CLIENT_ARGS,
  },
  examples: ['workspaces create Staff', 'workspaces create "House rules" --mode query'],
  run: async (args, context) => {
    const { name, mode: chatMode, model: chatModel, prompt: openAiPrompt } = args;
    const client = await openClient(args, context);
    const body = { name, ...given({ chatMode, chatModel, openAiPrompt }) };
    const { workspace } = await unwrap(client.POST('/v1/workspace/new', { body }));
    await print(context, args, { value: workspace });
    say(context.io, `Add to it: keyward documents add FOLDER --workspace ${workspace.slug}`);
  },
});
