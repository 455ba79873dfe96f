/** A change for the supervisor, as one line of JSON on stdout. */
export type Line =
  | { readonly event: 'listening'; readonly port: number }
  | {
      readonly event: 'fetching';
      readonly file: string;
      readonly received_bytes: number;
      readonly total_bytes: number;
    }
  | { readonly event: 'loading' }
  /** `complete` is false while one of the two models is missing; another line follows when it is loaded. */
  | {
      readonly event: 'ready';
      readonly models: readonly string[];
      readonly load_ms: number;
      readonly complete: boolean;
    }
  | {
      readonly event: 'failed';
      readonly reason: string;
      readonly hint: string;
      readonly models: readonly string[];
      readonly retry_in_ms: number;
    };

/** Writes a line; a supervisor that stopped reading is not an error. */
export function writeLine(line: Line): void {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}
