import { runCommandLine } from './cli/index.ts';

const interrupt = new AbortController();
process.once('SIGINT', () => {
  interrupt.abort();
  // A second signal exits at once.
  process.once('SIGINT', () => process.exit(130));
});

// The reader of a pipe has ended (`| head`): no error.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', ({ code, message }: NodeJS.ErrnoException) => {
    if (code === 'EPIPE') process.exit(0);
    if (stream === process.stdout)
      process.stderr.write(`keyward: The output cannot be written: ${code ?? message}.\n`);
    process.exit(1);
  });
}

const { stdin, stdout, stderr } = process;
const exitCode = await runCommandLine(process.argv.slice(2), {
  stdin,
  stdout,
  stderr,
  interrupted: interrupt.signal,
});
// Output to a pipe is flushed first; idle connections are not waited for.
await new Promise((resolve) => stdout.write('', resolve));
await new Promise((resolve) => stderr.write('', resolve));
process.exit(exitCode);
