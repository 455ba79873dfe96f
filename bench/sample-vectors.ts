/** Vectors of length 1 in clusters, like embeddings of texts on some hundreds of subjects; the same ones each time. */
export class SampleVectors {
  readonly dimensions: number;
  readonly #centres: Float32Array[];
  #seed = 20_261_121;

  constructor(dimensions: number, clusters: number) {
    this.dimensions = dimensions;
    this.#centres = Array.from({ length: clusters }, () => this.#noise());
  }

  next(): Float32Array {
    const centre = this.#centres[Math.floor(this.#random() * this.#centres.length)] ?? new Float32Array();
    const noise = this.#noise();
    const vector = centre.map((value, at) => value + (noise[at] ?? 0));
    const length = Math.hypot(...vector);
    return vector.map((value) => value / length);
  }

  #noise(): Float32Array {
    return Float32Array.from(
      { length: this.dimensions },
      () => this.#random() + this.#random() + this.#random() - 1.5,
    );
  }

  /** mulberry32. */
  #random(): number {
    this.#seed = (this.#seed + 0x6d_2b_79_f5) | 0;
    let t = Math.imul(this.#seed ^ (this.#seed >>> 15), 1 | this.#seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  }
}
