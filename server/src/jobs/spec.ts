import { hash } from 'node:crypto';
import { selects, type Caller, type NameSelector } from '../access/index.ts';

/** What a job needs of a worker. The same members in the same order for the same needs: `specOf`. */
export interface Spec {
  type: string;
  /** Any of them; empty: any model. */
  models: readonly string[];
  gpu?: string;
  min_vram_gb?: number;
  cuda?: string;
  digest?: string;
  quantization?: string;
  min_context?: number;
  features?: readonly string[];
  region?: string;
  /** USD per hour of a whole worker. */
  max_price_per_hour?: number;
  labels?: Readonly<Record<string, string>>;
  /** Only workers of these owners. */
  owners?: readonly string[];
  not_owners?: readonly string[];
  /** Of the key: the owners whose workers may have it. Not stored: it counts as it is when a job starts. */
  keys_workers?: NameSelector;
  /** Of the key: its owner, whose workers are meant by their names. Not stored, as above. */
  keys_owner?: string;
  /** Of the key: what its budgets have left. Not stored, as above. */
  keys_budget?: Ceiling;
  /** Ids; or names of workers of the job's owner, or of owners that the job or its key names. */
  workers?: readonly string[];
  /** Ids or names. */
  not_workers?: readonly string[];
  /** Of a request to a model, which has reserved what it pays. */
  is_paid?: true;
}

/** The dearest worker that budgets pay a lease of one second of. */
export interface Ceiling {
  /** 10⁻⁹ USD per hour. Infinity: no budget in USD */
  priceNano: number;
  /** Infinity: no budget of GPU seconds */
  gpus: number;
}

export type Constraints = Partial<
  Omit<Spec, 'type' | 'is_paid' | 'keys_workers' | 'keys_owner' | 'keys_budget'>
>;

export interface Gpu {
  name: string;
  memory_mb: number;
  cuda?: string;
}

export interface WorkerModel {
  name: string;
  digest?: string;
  quantization?: string;
  context?: number;
  features?: readonly string[];
  /** Whether it is in memory; left out: the worker does not say. */
  loaded?: boolean;
  /** How long it takes to load. */
  load_seconds?: number;
}

export interface Capabilities {
  gpus: readonly Gpu[];
  models: readonly WorkerModel[];
  labels: Readonly<Record<string, string>>;
  /** The types of jobs that it takes. */
  types: readonly string[];
}

/** A worker as the queue sees it. */
export interface Candidate {
  id: string;
  name: string;
  ownerId: string;
  capabilities: Capabilities;
  region: string | null;
  /** 10⁻⁹ USD per hour. */
  priceNano: number | null;
  /** Models that failed on it since it registered. */
  missingModels: readonly string[];
}

/** Why a worker cannot have a job. */
export const MISFITS = [
  'gpu',
  'vram',
  'model',
  'region',
  'price',
  'budget',
  'labels',
  'owner',
  'worker',
  'type',
] as const;
export type Misfit = (typeof MISFITS)[number];

const NANO = 1_000_000_000;
const MB_PER_GB = 1_024;
/** 24 GB cards report a few MB less. */
const VRAM_TOLERANCE = 0.97;

/** What a key allows its jobs now. `ceiling`: undefined where budgets do not bound it */
export interface Allowed {
  caller: Pick<Caller, 'selectors' | 'ownerId'>;
  ceiling: Ceiling | undefined;
}

/** With the selector and the budgets of its key as they are now. @param allowed undefined: the key has ended */
export function asKeyAllows(spec: Spec, allowed: Allowed | undefined): Spec {
  if (allowed === undefined) return spec;
  const { caller, ceiling } = allowed;
  const { keys_budget: _, ...rest } = spec;
  const isBound = ceiling !== undefined && spec.is_paid === undefined;
  const { selectors, ownerId } = caller;
  const bound = isBound && { keys_budget: ceiling };
  return { ...rest, keys_workers: selectors.workers, keys_owner: ownerId, ...bound };
}

/** What the worker gets of it. */
export function constraintsOf({
  keys_workers: _workers,
  keys_owner: _owner,
  keys_budget: _budget,
  is_paid: _paid,
  ...constraints
}: Spec): Constraints & Pick<Spec, 'type'> {
  return constraints;
}

/** @returns undefined where the worker can do the job. Pure. */
export function misfit(spec: Spec, worker: Candidate): Misfit | undefined {
  const { capabilities, name, id, ownerId } = worker;
  if (!capabilities.types.includes(spec.type)) return 'type';
  if (spec.owners !== undefined && !spec.owners.includes(ownerId)) return 'owner';
  if (spec.not_owners?.includes(ownerId) === true) return 'owner';
  if (spec.keys_workers !== undefined && !selects(spec.keys_workers, ownerId)) return 'owner';
  if (spec.workers !== undefined && !isNamed(spec.workers, spec, worker)) return 'worker';
  if (spec.not_workers?.some((one) => one === id || one === name) === true) return 'worker';
  if (spec.region !== undefined && spec.region !== worker.region) return 'region';
  if (spec.max_price_per_hour !== undefined && (worker.priceNano ?? 0) > spec.max_price_per_hour * NANO)
    return 'price';
  if (spec.keys_budget !== undefined && isTooDear(spec.keys_budget, worker)) return 'budget';
  const { labels = {} } = spec;
  if (!Object.keys(labels).every((label) => capabilities.labels[label] === labels[label])) return 'labels';
  return gpuMisfit(spec, capabilities.gpus) ?? (modelFor(spec, worker) === undefined ? 'model' : undefined);
}

/**
 * A name is unique under its owner only: any other owner could give a worker this name, and get the job. Guarded by
 * worker-claims.test.ts.
 */
function isNamed(named: readonly string[], spec: Spec, { id, name, ownerId }: Candidate): boolean {
  if (named.includes(id)) return true;
  const { owners, keys_owner: own, keys_workers: selector } = spec;
  const isMeant =
    own === undefined ||
    own === ownerId ||
    owners?.includes(ownerId) === true ||
    selector?.allow.includes(ownerId);
  return isMeant === true && named.includes(name);
}

const isTooDear = (
  { priceNano, gpus }: Ceiling,
  worker: Pick<Candidate, 'priceNano' | 'capabilities'>,
): boolean => (worker.priceNano ?? 0) > priceNano || worker.capabilities.gpus.length > gpus;

function gpuMisfit({ gpu, min_vram_gb: vram, cuda }: Spec, gpus: readonly Gpu[]): Misfit | undefined {
  if (gpu === undefined && vram === undefined && cuda === undefined) return undefined;
  const wanted = gpu?.toLowerCase() ?? '';
  const named = gpus.filter(
    (one) => one.name.toLowerCase().includes(wanted) && (cuda === undefined || isAtLeast(one.cuda, cuda)),
  );
  if (named.length === 0) return 'gpu';
  if (vram === undefined) return undefined;
  return named.some(({ memory_mb: mb }) => mb >= vram * MB_PER_GB * VRAM_TOLERANCE) ? undefined : 'vram';
}

/** Versions such as 12.4. */
function isAtLeast(given: string | undefined, wanted: string): boolean {
  if (given === undefined) return false;
  const [a, b] = [given, wanted].map((text) => text.split('.').map(Number));
  for (const [index, part] of (b ?? []).entries())
    if ((a?.[index] ?? 0) !== part) return (a?.[index] ?? 0) > part;
  return true;
}

/** Null: the job names no model. Undefined: the worker has none of its models. */
export function modelFor(
  spec: Spec,
  { capabilities, missingModels }: Candidate,
): WorkerModel | null | undefined {
  const { models, digest, quantization, min_context: context, features = [] } = spec;
  const isPlain = digest ?? quantization ?? context;
  if (models.length === 0 && isPlain === undefined && features.length === 0) return null;
  const found = capabilities.models.filter(
    (model) =>
      (models.length === 0 || models.includes(model.name)) &&
      !missingModels.includes(model.name) &&
      (digest === undefined || model.digest === digest) &&
      (quantization === undefined || model.quantization === quantization) &&
      (context === undefined || (model.context ?? 0) >= context) &&
      features.every((feature) => model.features?.includes(feature) === true),
  );
  return found.find(({ loaded }) => loaded === true) ?? found[0];
}

/** What is compared for each reason. */
const COMPARED: Readonly<Record<Misfit, readonly (keyof Spec)[]>> = {
  type: ['type'],
  owner: ['owners', 'not_owners', 'keys_workers'],
  worker: ['workers', 'not_workers', 'owners', 'keys_owner', 'keys_workers'],
  region: ['region'],
  price: ['max_price_per_hour'],
  budget: ['keys_budget'],
  labels: ['labels'],
  gpu: ['gpu', 'cuda', 'min_vram_gb'],
  vram: ['gpu', 'cuda', 'min_vram_gb'],
  model: ['models', 'digest', 'quantization', 'min_context', 'features'],
};

/**
 * The constraints that no worker at all meets; where each is met by some worker, those that are not met together. Empty: no
 * worker is known, or some worker can do the job.
 */
export function impossible(spec: Spec, workers: readonly Candidate[]): Misfit[] {
  const misfits = workers.map((worker) => misfit(spec, worker));
  if (workers.length === 0 || misfits.includes(undefined)) return [];
  const unmet = MISFITS.filter((one) => !workers.some((worker) => meets(spec, one, worker)));
  // Where nobody has the GPU, its memory says no more.
  if (unmet.length > 0) return unmet.filter((one) => one !== 'vram' || !unmet.includes('gpu'));
  return [...new Set(misfits.filter((one) => one !== undefined))];
}

const ALSO_MEETS: Partial<Record<Misfit, Misfit>> = { gpu: 'vram', worker: 'owner' };

/** Whether the worker meets this constraint, whatever the others are. */
function meets(spec: Spec, constraint: Misfit, worker: Candidate): boolean {
  const [type = spec.type] = worker.capabilities.types;
  const alone = Object.fromEntries(COMPARED[constraint].map((name) => [name, spec[name]]));
  const reason = misfit({ type, models: [], ...alone }, worker);
  // A GPU of too little memory is one, and a worker of another owner.
  return reason === undefined || reason === ALSO_MEETS[constraint];
}

/** @returns the needs in one form, and a hash of it. @param isPaid see `Spec.is_paid` */
export function specOf(
  type: string,
  constraints: Constraints,
  isPaid = false,
): { spec: Spec; text: string; hash: string } {
  const sorted = (values: readonly string[] | undefined) =>
    values === undefined || values.length === 0 ? undefined : [...new Set(values)].toSorted();
  const { labels } = constraints;
  const names = Object.keys(labels ?? {}).toSorted();
  const all = {
    type,
    models: sorted(constraints.models) ?? [],
    gpu: constraints.gpu,
    min_vram_gb: constraints.min_vram_gb,
    cuda: constraints.cuda,
    digest: constraints.digest,
    quantization: constraints.quantization,
    min_context: constraints.min_context,
    features: sorted(constraints.features),
    region: constraints.region,
    max_price_per_hour: constraints.max_price_per_hour,
    labels: names.length === 0 ? undefined : Object.fromEntries(names.map((name) => [name, labels?.[name]])),
    owners: sorted(constraints.owners),
    not_owners: sorted(constraints.not_owners),
    workers: sorted(constraints.workers),
    not_workers: sorted(constraints.not_workers),
    ...(isPaid && { is_paid: true }),
  };
  // Members that are undefined are not part of the JSON.
  const text = JSON.stringify(all);
  return { spec: JSON.parse(text) as Spec, text, hash: hash('sha256', text, 'hex') };
}
