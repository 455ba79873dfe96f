import { verb } from '../command.ts';
import { write } from '../io.ts';
import { bashScript } from './bash.ts';
import { entriesOf } from './entries.ts';
import { fishScript } from './fish.ts';
import { zshScript } from './zsh.ts';

const SCRIPTS = { bash: bashScript, zsh: zshScript, fish: fishScript };

const scriptFor = (shell: keyof typeof SCRIPTS, use: string, file: string) =>
  verb({
    args: {},
    examples: [`$ ${use}`, `$ keyward completion ${shell} > ${file}`],
    notes: 'Completes commands, flags and their values. Make it anew after an update of Keyward.',
    run: async (_args, context) => {
      const { root } = await import('../root.ts');
      await write(context.io, SCRIPTS[shell](await entriesOf(root)));
    },
  });

export const bash = scriptFor(
  'bash',
  'source <(keyward completion bash)',
  '~/.local/share/bash-completion/completions/keyward',
);
export const zsh = scriptFor('zsh', 'source <(keyward completion zsh)', '~/.zfunc/_keyward');
export const fish = scriptFor(
  'fish',
  'keyward completion fish | source',
  '~/.config/fish/completions/keyward.fish',
);
