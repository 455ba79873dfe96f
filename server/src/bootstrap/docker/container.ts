import { isObject } from '../../base/is-object.ts';
import type { ContainerSpec } from './container-spec.ts';
import { DockerError, type DockerEngine } from './engine.ts';

const STOP_SECONDS = 10;
/** For the engine's own work around a restart. */
const RESTART_EXTRA_MS = 30_000;

/** A container as the engine shows it. */
export interface Container {
  id: string;
  name: string;
  /** Such as `sha256:4bcf…`. */
  imageId: string;
  /** Ids of the commands that run in it. */
  execIds: string[];
  /** What keeps it from running commands, with the next step; undefined: it runs. */
  problem: string | undefined;
  /** It has ended, or was never started. */
  isStopped: boolean;
}

interface Inspected {
  Id: string;
  Name: string;
  Image: string;
  Config: { Image: string };
  State: { Status: string; ExitCode: number };
  ExecIDs?: string[] | null;
}

/**
 * The one container that the manifest means. Statuses of the engine do not tell why a container cannot be used (Docker and
 * Podman differ): its state does.
 * @throws DockerError `unavailable` where it is missing; `refused` where another one stands in its place
 */
export async function findContainer(engine: DockerEngine, spec: ContainerSpec): Promise<Container> {
  const name = spec.container ?? (await nameInCompose(engine, spec.compose));
  const path = `/containers/${name}/json`;
  const answer = await engine.call('GET', path);
  if (answer.status === 404) throw missing(name);
  const found = answer.body;
  if (answer.status !== 200 || !isInspected(found)) throw engine.unexpected('GET', path, answer);
  // The engine also finds by the beginning of an id.
  if (found.Name.replace(/^\//, '') !== name) throw missing(name);
  if (spec.image !== undefined && !isImage(spec.image, found))
    throw new DockerError(
      'refused',
      `The container ${name} has the image ${found.Config.Image}, not ${spec.image}. Correct container or image in the manifest.`,
    );
  return {
    id: found.Id,
    name,
    imageId: found.Image,
    execIds: found.ExecIDs ?? [],
    problem: problemOf(name, found.State),
    isStopped: ['created', 'exited', 'dead', 'stopped', 'configured'].includes(found.State.Status),
  };
}

/** The same, and it must run. @throws DockerError */
export async function runningContainer(engine: DockerEngine, spec: ContainerSpec): Promise<Container> {
  const found = await findContainer(engine, spec);
  if (found.problem !== undefined) throw new DockerError('unavailable', found.problem);
  return found;
}

/** Stops and starts a container; one that is stopped is started. Resolves when its process runs. @throws DockerError */
export async function restartContainer(
  engine: DockerEngine,
  spec: ContainerSpec,
  stopSeconds = STOP_SECONDS,
): Promise<void> {
  const { name } = await findContainer(engine, spec);
  const path = `/containers/${name}/restart?t=${stopSeconds}`;
  const answer = await engine.call('POST', path, { timeoutMs: stopSeconds * 1000 + RESTART_EXTRA_MS });
  if (answer.status !== 204) throw engine.unexpected('POST', path, answer);
}

/** @param signal such as `SIGHUP`. @throws DockerError */
export async function signalContainer(
  engine: DockerEngine,
  spec: ContainerSpec,
  signal: string,
): Promise<void> {
  const { name } = await runningContainer(engine, spec);
  const path = `/containers/${name}/kill?signal=${encodeURIComponent(signal)}`;
  const answer = await engine.call('POST', path);
  if (answer.status !== 204) throw engine.unexpected('POST', path, answer);
}

async function nameInCompose(engine: DockerEngine, compose: ContainerSpec['compose']): Promise<string> {
  const { project = '', service = '' } = compose ?? {};
  const label = [`com.docker.compose.project=${project}`, `com.docker.compose.service=${service}`];
  const path = `/containers/json?all=true&filters=${encodeURIComponent(JSON.stringify({ label }))}`;
  const answer = await engine.call('GET', path);
  if (answer.status !== 200 || !Array.isArray(answer.body)) throw engine.unexpected('GET', path, answer);
  const listed = answer.body as { Names: string[]; Labels: Record<string, string> }[];
  const names = listed
    // Of `docker compose run`.
    .filter(({ Labels }) => Labels['com.docker.compose.oneoff'] !== 'True')
    .map(({ Names }) => (Names[0] ?? '').replace(/^\//, ''));
  const [name, ...others] = names;
  const what = `the service ${service} in the compose project ${project}`;
  if (name === undefined)
    throw new DockerError(
      'unavailable',
      `There is no container of ${what}. Start it, or correct compose in the manifest.`,
    );
  if (others.length > 0)
    throw new DockerError(
      'refused',
      `There are ${names.length} containers of ${what}: ${names.join(', ')}. Name one with container in the manifest.`,
    );
  return name;
}

const isInspected = (body: unknown): body is Inspected =>
  isObject(body) && typeof body['Name'] === 'string' && isObject(body['State']) && isObject(body['Config']);

const missing = (name: string): DockerError =>
  new DockerError(
    'unavailable',
    `The container ${name} does not exist. Start it, or correct container in the manifest.`,
  );

function problemOf(name: string, { Status: status, ExitCode: code }: Inspected['State']): string | undefined {
  if (status === 'running') return undefined;
  if (status === 'paused') return `The container ${name} is paused. Continue it: docker unpause ${name}`;
  if (status === 'restarting')
    return `The container ${name} restarts again and again (exit code ${code}). Its log says why: docker logs ${name}`;
  return `The container ${name} is not running (${status}, exit code ${code}). Start it: docker start ${name}`;
}

/** By its id, or by its name: with the tag where the manifest gives one. */
function isImage(wanted: string, { Image: id, Config: { Image: name } }: Inspected): boolean {
  const [want, has] = [plain(wanted), plain(name)];
  return wanted === id || want === has || want === has.replace(/@.*$|:[^:/]*$/, '');
}

/** Without what Docker leaves out and Podman does not. */
const plain = (image: string): string =>
  image.replace(/^docker\.io\//, '').replace(/^(localhost|library)\//, '');
