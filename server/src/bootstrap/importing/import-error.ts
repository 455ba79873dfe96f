/** The stack cannot be imported as it is. @property message names the file and the place, never a value */
export class ImportError extends Error {
  readonly hint: string | undefined;

  constructor(message: string, hint?: string) {
    super(message);
    this.name = 'ImportError';
    this.hint = hint;
  }
}
