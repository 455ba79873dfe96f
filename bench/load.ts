import { spawn, type ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import type { Seen } from './load-generator.ts';

/** A server under load, in a process of its own. */
export interface Subject {
  name: string;
  /** Its first line: its address, and other values for the load. */
  ready: Record<string, string>;
  pid: number;
  stop(): Promise<void>;
}

/**
 * The server has the first processor to itself; the load and other servers have the second. With the scheduler's choice a
 * server and its load sometimes share a processor, and figures differ by half.
 */
const MEASURED = '0';
const OTHERS = '1';

/** Starts a program of this folder and waits for its first line, a JSON object with at least `url`. */
export async function startSubject(
  name: string,
  program: string,
  {
    args = [],
    measured = true,
    input = '',
  }: {
    args?: string[];
    measured?: boolean;
    /** On stdin: what may not stand in `args`, such as a key. */
    input?: string;
  } = {},
): Promise<Subject> {
  const file = new URL(program, import.meta.url).pathname;
  const node = [process.execPath, '--disable-warning=ExperimentalWarning', file, ...args];
  const child = spawn('taskset', ['-c', measured ? MEASURED : OTHERS, ...node], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  child.stdin.end(input);
  const ready = await firstLine(child);
  return { name, ready, pid: child.pid ?? 0, stop: () => stop(child) };
}

function firstLine(child: ChildProcess): Promise<Record<string, string>> {
  return new Promise((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`the program ended with ${String(code)}`)));
    if (child.stdout === null) throw new Error('no stdout');
    createInterface({ input: child.stdout }).once('line', (line) => {
      resolve(JSON.parse(line) as Record<string, string>);
    });
  });
}

function stop(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    child.once('exit', () => resolve());
    child.kill('SIGTERM');
  });
}

export interface Load {
  url: string;
  /** Of the server under load, for its processor time. */
  pid: number;
  method?: 'GET' | 'POST';
  headers?: Record<string, string>;
  body?: string;
  seconds?: number;
  connections?: number;
}

export interface Measured {
  requestsPerSecond: number;
  /** Median latency in µs. */
  medianUs: number;
  p99Us: number;
  /** Processor time of the server for each request, µs: more exact than throughput where other programs run too. */
  cpuUs: number;
}

/** One run of the load generator. @throws where an answer was not 2xx. */
export async function measure(load: Load): Promise<Measured> {
  const { seconds = 5, connections = 32, url } = load;
  const { hostname: host, port } = new URL(url);
  const order = { host, port: Number(port), connections, seconds };
  const generator = new URL('load-generator.ts', import.meta.url).pathname;
  const before = cpuMs(load.pid);
  const output = await run(
    ['taskset', '-c', OTHERS, process.execPath, generator, JSON.stringify(order)],
    requestOf(load),
  );
  const seen = JSON.parse(output) as Seen;
  if (seen.failed > 0) throw new Error(`${seen.failed} of ${seen.requests} requests failed`);
  const cpuUs = ((cpuMs(load.pid) - before) * 1000) / seen.requests;
  const { medianUs, p99Us } = seen;
  return { requestsPerSecond: seen.requests / seen.seconds, medianUs, p99Us, cpuUs };
}

/** Runs a program of this folder, which gets the order as JSON on stdin and prints what it has seen as JSON. */
export async function load<Seen>(program: string, order: unknown): Promise<Seen> {
  const file = new URL(program, import.meta.url).pathname;
  const node = [process.execPath, '--disable-warning=ExperimentalWarning', file];
  return JSON.parse(await run(['taskset', '-c', OTHERS, ...node], JSON.stringify(order))) as Seen;
}

/** Processor time that a process has used, user and system, in ms. */
export function cpuMs(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  const TICK_MS = 10;
  return (Number(fields[11]) + Number(fields[12])) * TICK_MS;
}

/** Resident memory of a process, in MB. */
export function rssMb(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Math.round(Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1_024);
}

function requestOf({ url, method = 'GET', headers = {}, body = '' }: Load): string {
  const { host, pathname } = new URL(url);
  const lines = Object.entries({ host, ...headers, 'content-length': Buffer.byteLength(body) });
  return [
    `${method} ${pathname} HTTP/1.1`,
    ...lines.map(([name, value]) => `${name}: ${value}`),
    '',
    body,
  ].join('\r\n');
}

function run([command = '', ...args]: string[], input: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'] });
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
    child.once('error', reject);
    child.once('close', () => resolve(output));
    child.stdin.end(input);
  });
}

export const median = (values: number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;

/**
 * Both in turn, A B A B …, so that a slower machine affects both.
 * @returns the median of the ratios A/B, and each side's medians.
 */
export async function compare(
  a: Load,
  b: Load,
  rounds = 5,
): Promise<{ ratio: number; ratios: number[]; a: Measured; b: Measured }> {
  await measure({ ...a, seconds: 3 });
  await measure({ ...b, seconds: 3 });
  const pairs: { a: Measured; b: Measured }[] = [];
  for (let round = 0; round < rounds; round++) pairs.push({ a: await measure(a), b: await measure(b) });
  const ratios = pairs.map((pair) => pair.a.requestsPerSecond / pair.b.requestsPerSecond);
  const middle = (side: 'a' | 'b'): Measured => ({
    requestsPerSecond: median(pairs.map((pair) => pair[side].requestsPerSecond)),
    medianUs: median(pairs.map((pair) => pair[side].medianUs)),
    p99Us: median(pairs.map((pair) => pair[side].p99Us)),
    cpuUs: median(pairs.map((pair) => pair[side].cpuUs)),
  });
  return { ratio: median(ratios), ratios, a: middle('a'), b: middle('b') };
}

export const row = (name: string, { requestsPerSecond, medianUs, p99Us, cpuUs }: Measured): string =>
  `${name.padEnd(28)} ${Math.round(requestsPerSecond).toString().padStart(7)} requests/s   p50 ${medianUs} µs   p99 ${p99Us} µs   processor ${cpuUs.toFixed(1)} µs a request\n`;
