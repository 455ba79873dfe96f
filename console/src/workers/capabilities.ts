/** What a worker says of itself: any JSON, read with care. */
type Capabilities = Record<string, unknown>;

const MIB_IN_GIB = 1_024;

/** Such as "2 × RTX 4090 (24 GiB)"; "none" where there is no GPU. */
export function gpusIn({ gpus }: Capabilities): string {
  if (!Array.isArray(gpus) || gpus.length === 0) return 'none';
  const counts = new Map<string, number>();
  for (const gpu of gpus as { name?: unknown; memory_mb?: unknown }[]) {
    const name = typeof gpu.name === 'string' ? gpu.name : 'GPU';
    const memory =
      typeof gpu.memory_mb === 'number' ? ` (${Math.round(gpu.memory_mb / MIB_IN_GIB)} GiB)` : '';
    counts.set(name + memory, (counts.get(name + memory) ?? 0) + 1);
  }
  return [...counts].map(([name, count]) => (count === 1 ? name : `${count} × ${name}`)).join(', ');
}

export interface Model {
  name: string;
  /** Whether it is in memory; undefined: the worker does not say. */
  isLoaded: boolean | undefined;
  /** Tokens; undefined: the worker does not say. */
  context: number | undefined;
  quantization: string;
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

/** Each GPU on its own. */
export function eachGpu({ gpus }: Capabilities): { name: string; memory: string; cuda: string }[] {
  if (!Array.isArray(gpus)) return [];
  return (gpus as Record<string, unknown>[]).map(({ name, memory_mb: mib, cuda }) => ({
    name: textOf(name) || 'GPU',
    memory: typeof mib === 'number' && mib > 0 ? `${Math.round(mib / MIB_IN_GIB)} GiB` : 'not said',
    cuda: textOf(cuda),
  }));
}

/** Each model with what the worker says of it. */
export function eachModel({ models }: Capabilities): Model[] {
  if (!Array.isArray(models)) return [];
  return (models as Record<string, unknown>[]).map(({ name, loaded, context, quantization }) => ({
    name: textOf(name),
    isLoaded: typeof loaded === 'boolean' ? loaded : undefined,
    context: typeof context === 'number' ? context : undefined,
    quantization: textOf(quantization),
  }));
}

/** Such as "team=search, rack=4". */
export const labelsIn = ({ labels }: Capabilities): string =>
  typeof labels === 'object' && labels !== null
    ? Object.entries(labels as Record<string, unknown>)
        .map(([name, value]) => `${name}=${textOf(value)}`)
        .join(', ')
    : '';

/** The names of its models. */
export function modelsIn({ models }: Capabilities): string {
  if (!Array.isArray(models)) return '';
  return (models as unknown[])
    .map((model) =>
      typeof model === 'object' && model !== null ? (model as { name?: unknown }).name : model,
    )
    .filter((name) => typeof name === 'string' && name !== '')
    .join(', ');
}
