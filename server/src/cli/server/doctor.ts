import { verb } from '../command.ts';
import { EXIT } from '../exit.ts';
import { OUTPUT_ARGS, print, tableText } from '../output.ts';

export default verb({
  args: OUTPUT_ARGS,
  examples: ['doctor', 'doctor --output json'],
  notes: 'Works without a server, changes nothing and shows no secret. Exit code 1: something needs a fix.',
  run: async (args, context) => {
    const { examine } = await import('./examine.ts');
    const checks = await examine(context.config);
    const ok = checks.every(({ status }) => status !== 'fail');
    await print(context, args, {
      value: { ok, checks },
      table: () =>
        tableText(checks, {
          check: ({ check }) => check,
          '': ({ status }) => status,
          detail: ({ detail, fix }) => (fix === null ? detail : `${detail} Fix: ${fix}`),
        }),
    });
    return ok ? EXIT.ok : EXIT.failure;
  },
});
