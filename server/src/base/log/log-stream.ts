import { renameSync, statSync } from 'node:fs';
import pino from 'pino';

/** What cannot be written now waits, as on a full disk; beyond this it is lost. */
const WAITING_MAX_BYTES = 1024 * 1024;
export const LOG_FILE_MAX_BYTES = 10 * 1024 * 1024;

interface LogStream {
  write(line: string): void;
}

/** A log that cannot be written must not end what it is about. */
function open(dest: number | string): ReturnType<typeof pino.destination> {
  const stream = pino.destination({ dest, sync: true, maxLength: WAITING_MAX_BYTES, mode: 0o600 });
  stream.on('error', () => undefined);
  return stream;
}

export const toDescriptor = (fd: number): LogStream => open(fd);

/** Above `maxBytes` the file becomes `path.1`, which replaces an older one. */
export function toFile(path: string, maxBytes = LOG_FILE_MAX_BYTES): LogStream {
  if (sizeOf(path) > maxBytes) rename(path);
  const stream = open(path);
  let bytes = sizeOf(path);
  return {
    write: (line) => {
      stream.write(line);
      bytes += line.length;
      if (bytes <= maxBytes) return;
      rotate(path, stream);
      bytes = sizeOf(path);
    },
  };
}

function sizeOf(path: string): number {
  try {
    return statSync(path).size;
  } catch {
    return 0;
  }
}

function rotate(path: string, stream: { reopen(): void }): void {
  try {
    rename(path);
    stream.reopen();
  } catch {
    // It goes on in the same file.
  }
}

const rename = (path: string): void => renameSync(path, `${path}.1`);
