/** Waits for a condition that others may fulfil. */
export class Condition {
  readonly #waiting = new Set<() => void>();

  /** The condition may hold now. */
  signal(): void {
    for (const look of this.#waiting) look();
  }

  /** @returns true as soon as `holds` does, false after `timeoutMs`. */
  until(holds: () => boolean, timeoutMs: number): Promise<boolean> {
    return new Promise((resolve) => {
      const settle = (): void => {
        clearTimeout(timer);
        this.#waiting.delete(look);
        resolve(holds());
      };
      const look = (): void => {
        if (holds()) settle();
      };
      const timer = setTimeout(settle, timeoutMs);
      this.#waiting.add(look);
      look();
    });
  }
}
