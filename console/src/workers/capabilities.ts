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
