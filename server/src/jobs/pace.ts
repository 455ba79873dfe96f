/** Of the latest lease in the mean. */
const WEIGHT = 0.2;
/** Models; more are forgotten. */
const MODELS_MAX = 1_000;

/** How long jobs take, by model, as this process has seen it lately. For estimates. */
export class Pace {
  readonly #means = new Map<string, number>();

  note(model: string | null, leaseMs: number): void {
    const name = model ?? '';
    const mean = this.#means.get(name);
    if (mean === undefined && this.#means.size >= MODELS_MAX) this.#means.clear();
    this.#means.set(name, mean === undefined ? leaseMs : mean + (leaseMs - mean) * WEIGHT);
  }

  /** @returns the seconds until the job at this position ends its wait; null: not known. */
  secondsUntil(
    model: string | undefined,
    { position, places }: { position: number; places: number },
  ): number | null {
    const mean = this.#means.get(model ?? '');
    if (mean === undefined || places === 0) return null;
    return Math.round((Math.ceil(position / places) * mean) / 100) / 10;
  }
}
