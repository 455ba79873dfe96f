import type { Kind } from './report.ts';

/** What others refer to a thing by: its number in the source, or a document's location. */
export type Ref = number | string;

/** What became of the things of the source, for those that refer to them. */
export class Targets {
  readonly #byKind = new Map<Kind, Map<Ref, string>>();

  set(kind: Kind, ref: Ref, target: string): void {
    const known = this.#byKind.get(kind);
    if (known === undefined) this.#byKind.set(kind, new Map([[ref, target]]));
    else known.set(ref, target);
  }

  /** @returns undefined where it is not in the source, was left out, or was removed here since. */
  text(kind: Kind, ref: Ref | undefined): string | undefined {
    return ref === undefined ? undefined : this.#byKind.get(kind)?.get(ref);
  }

  number(kind: Kind, ref: Ref | undefined): number | undefined {
    const target = this.text(kind, ref);
    return target === undefined ? undefined : Number(target);
  }
}
