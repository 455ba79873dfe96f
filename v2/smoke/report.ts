import { complain, say } from '../steps.ts';

/** What was shown, a line each. */
export class SmokeReport {
  #passed = 0;
  #failed = 0;

  /** Runs one check. A failure is printed, and the next check goes on. */
  async check(sentence: string, work: () => Promise<void>): Promise<void> {
    const beganMs = performance.now();
    try {
      await work();
      this.#passed++;
      say(`  ok    ${sentence} (${((performance.now() - beganMs) / 1000).toFixed(1)} s)`);
    } catch (error) {
      this.#failed++;
      const why = (error as Error).message.trim().replaceAll('\n', '\n        ');
      complain(`  FAIL  ${sentence}\n        ${why}`);
    }
  }

  /** @returns whether all checks passed. */
  end(): boolean {
    say(`${this.#passed} checks passed, ${this.#failed} failed.`);
    return this.#failed === 0;
  }
}
