import { createLogger } from '@keyward/server/logger';
import { SettingError } from './setting-error.ts';
import { HELP, readSettings, type Settings } from './settings.ts';
import { openWrapper } from './wrapper.ts';

/** EX_USAGE and EX_CONFIG of sysexits.h. */
const USAGE = 64;
const BAD_SETTING = 78;

function end(code: number, text: string): never {
  (code === 0 ? process.stdout : process.stderr).write(text);
  process.exit(code);
}

function settingsOrEnd(): Settings {
  try {
    return readSettings(process.env);
  } catch (error) {
    if (!(error instanceof SettingError)) throw error;
    return end(BAD_SETTING, `${error.message}\nAll settings: node wrapper/src/main.ts --help\n`);
  }
}

const [argument, ...more] = process.argv.slice(2);
if (argument === '--help' || argument === '-h') end(0, HELP);
if (argument !== undefined || more.length > 0)
  end(USAGE, 'The wrapper has no arguments but --help. Its settings are environment variables.\n');

const { logLevel, ...settings } = settingsOrEnd();
const logger = await createLogger(logLevel);
try {
  const wrapper = await openWrapper({ ...settings, logger });
  process.stdout.write(`The wrapper listens on ${wrapper.url}\n`);
  for (const signal of ['SIGTERM', 'SIGINT'] as const)
    process.once(signal, () => void wrapper.stop().then(() => process.exit(0)));
} catch (error) {
  const { code, message } = error as NodeJS.ErrnoException;
  const next = code === 'EADDRINUSE' ? ' Choose another WRAPPER_PORT, or stop the other program.' : '';
  end(1, `The wrapper cannot start: ${message}.${next}\n`);
}
