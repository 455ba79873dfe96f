import { verb } from '../command.ts';
import { EXIT, usageError } from '../exit.ts';
import { inputFile, isStream, outputFile } from '../files.ts';
import { isTerminal, say } from '../io.ts';
import { OUTPUT_ARGS, print, tableOf, tableText } from '../output.ts';
import { pasteable } from '../program.ts';
import { findProcess } from './pid-file.ts';
import { stopServer } from './stop.ts';

export const up = verb({
  args: {
    output: { ...OUTPUT_ARGS.output, description: 'Format of the result. Default: text' },
    format: OUTPUT_ARGS.format,
    json: OUTPUT_ARGS.json,
  },
  examples: ['up', 'up --output json', '$ KEYWARD_LOCAL_MODEL=off keyward up'],
  notes:
    'Makes the data directory, the database and the first admin key, which it shows once. Then it starts the server\n' +
    'and waits until it answers a real question. The log is keyward.log in the data directory. A server of another build,\n' +
    'such as before git pull, is stopped first; its running requests may finish, for KEYWARD_STOP_SECONDS (30) at most.',
  endsItself: true,
  run: async (args, context) => {
    const { up } = await import('./up.ts');
    return up(context, args);
  },
});

export const down = verb({
  args: OUTPUT_ARGS,
  examples: ['down'],
  notes:
    'Running requests may finish, for KEYWARD_STOP_SECONDS (30) at most. Exit code 0, also if no server runs.',
  run: async (args, context) => {
    const { io, config } = context;
    const running = await findProcess(config.dataDir);
    if (running === undefined) {
      say(io, `No server of ${config.dataDir} is running.`);
      return print(context, args, { value: { status: 'stopped', pid: null } });
    }
    const { pid, url } = running;
    say(
      io,
      `Stopping the server at ${url} (process ${pid}); running requests may finish, for ${config.stopping.limitMs / 1_000} s at most.`,
    );
    await stopServer(context, running);
    return print(context, args, { value: { status: 'stopped', pid } });
  },
});

export const status = verb({
  args: OUTPUT_ARGS,
  examples: ['status'],
  notes: 'Exit code 0: the server is ready. 1: it is not ready. 7: no server runs.',
  run: async (args, context) => {
    const { config, io } = context;
    const running = await findProcess(config.dataDir);
    if (running === undefined) {
      say(io, `No server of ${config.dataDir} is running. To start it: keyward up`);
      await print(context, args, { value: { status: 'stopped', data_dir: config.dataDir } });
      return EXIT.unreachable;
    }
    const { health, localClient, readiness } = await import('./probe.ts');
    const { pid, url, started_at } = running;
    const client = localClient(config, url);
    const [alive, state] = await Promise.all([health(client), readiness(client)]);
    const status = alive === undefined ? 'unresponsive' : state?.ready === true ? 'ready' : 'not_ready';
    const { local_model, ...parts } = state?.parts ?? {};
    await print(context, args, {
      value: {
        status,
        url,
        pid,
        version: alive?.version ?? running.version,
        commit: alive?.commit ?? running.commit ?? null,
        started_at,
        data_dir: config.dataDir,
        parts,
        local_model: local_model?.detail ?? (alive === undefined ? 'unknown' : 'off'),
      },
    });
    return status === 'ready' ? EXIT.ok : EXIT.failure;
  },
});

export const serve = verb({
  args: {
    'log-file': {
      type: 'string',
      description: 'Write the log to this file; above 10 MiB it becomes FILE.1. Default: stderr',
    },
  },
  examples: ['serve', '$ KEYWARD_PORT=8080 KEYWARD_LOCAL_MODEL=off keyward serve'],
  notes:
    'Settings come from the environment and a .env file; keyward doctor checks them. The log goes to stderr.',
  endsItself: true,
  run: async (args, context) => {
    const { serve } = await import('./serve.ts');
    await serve(context, { logFile: args['log-file'] });
  },
});

export const migrate = verb({
  args: OUTPUT_ARGS,
  examples: ['migrate'],
  notes: 'serve and up do the same at start. The command refuses a database of a newer Keyward.',
  run: async (args, context) => {
    const [{ MIGRATIONS }, { migrate }, { openExisting }] = await Promise.all([
      import('../../app.ts'),
      import('../../storage/index.ts'),
      import('./local.ts'),
    ]);
    const storage = await openExisting(context.config);
    try {
      const applied = await migrate(storage, MIGRATIONS, Date.now());
      await print(context, args, { value: { database: storage.dialect, applied, steps: MIGRATIONS.length } });
    } finally {
      await storage.close();
    }
  },
});

export const backup = verb({
  args: {
    file: outputFile({ type: 'positional', description: 'File to write', required: true }),
    force: { type: 'boolean', description: 'Replace an existing file' },
    ...OUTPUT_ARGS,
  },
  examples: ['backup keyward-backup.gz', '$ keyward backup - | ssh elsewhere "cat > keyward-backup.gz"'],
  notes:
    'Works while the server runs, and is a consistent snapshot. The backup does not contain the master key. Keep that\n' +
    'elsewhere (master.key in the data directory, or the source of KEYWARD_MASTER_KEY). Without it no key works.',
  run: async (args, context) => {
    const { io, config } = context;
    if (isStream(args.file) && isTerminal(io.stdout))
      throw usageError('A backup cannot go to a terminal: name a file, or pipe the output.');
    const [{ backup }, { openExisting }] = await Promise.all([
      import('../../storage/index.ts'),
      import('./local.ts'),
    ]);
    const storage = await openExisting(config);
    try {
      const { rows, sha256 } = await backup(storage, args.file, {
        nowMs: Date.now(),
        overwrite: args.force === true,
      });
      if (!isStream(args.file)) await print(context, args, { value: { file: args.file, rows, sha256 } });
      say(io, 'The backup does not contain the master key: keep the master key too, elsewhere.');
    } finally {
      await storage.close();
    }
  },
});

export const restore = verb({
  args: {
    file: inputFile({ type: 'positional', description: 'A backup', required: true }),
    ...OUTPUT_ARGS,
  },
  examples: ['$ KEYWARD_DATA_DIR=./restored keyward restore keyward-backup.gz'],
  notes:
    'Needs an empty database without a running server. The restored Keyward needs the master key of the backup:\n' +
    'put master.key into the data directory, or set KEYWARD_MASTER_KEY.',
  run: async (args, context) => {
    const { restoreBackup } = await import('./restore.ts');
    await restoreBackup(context, args);
  },
});

export const doctor = verb({
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
        // Uncut: the fix is to be read as a whole.
        tableText(
          tableOf(checks, {
            check: ({ check }) => check,
            '': ({ status }) => status,
            detail: ({ detail, fix }) => pasteable(fix === null ? detail : `${detail} Fix: ${fix}`),
          }),
        ),
    });
    return ok ? EXIT.ok : EXIT.failure;
  },
});
