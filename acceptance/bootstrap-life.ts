import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { OpenBao } from '../server/test/openbao.ts';
import { filesBelow, randomSecret, type Canaries, type Trace } from './canaries.ts';
import { Recorder, type Given, type Recorded } from './recorder.ts';
import { afterwards, temporaryFolder, type Ended, type Home } from './server.ts';

/** Answers with everything that was sent. */
export const echo = (status: number) => (request: Recorded) => ({
  status,
  body: `<html>${JSON.stringify(request)}</html>`,
});
/** Where values belong: the sinks, and the file that a value was handed over into. */
const SINKS = [
  'secrets/app',
  'secrets/operator',
  'secrets/shared',
  'all.env',
  'received',
  'old/secrets/app.env',
  'old/secrets/db_password',
];

/** A stack with each kind of sink, of consumer, and with reports; everything that it sends passes a recorder. */
export class Life {
  readonly canaries: Canaries;
  readonly home: Home;
  readonly bao: OpenBao;
  readonly folder = temporaryFolder();
  readonly items = new Map<string, string>();
  readonly environment: Record<string, string>;
  readonly traces: Trace[] = [];
  #recorders: Record<'vault' | 'service' | 'report' | 'items' | 'hook', Recorder> | undefined;

  constructor(parts: { canaries: Canaries; home: Home; bao: OpenBao; reportKey: string }) {
    const { canaries } = parts;
    this.canaries = canaries;
    this.home = parts.home;
    this.bao = parts.bao;
    this.environment = {
      VAULT_TOKEN: parts.bao.rootToken,
      OPERATOR: canaries.add('operator', randomSecret('op')),
      ITEMS_TOKEN: canaries.add('items token', randomSecret('items')),
      HOOK_TOKEN: canaries.add('hook token', randomSecret('hook')),
      ADMIN_KEY: canaries.add('admin key', parts.home.adminKey),
      REPORT_KEY: canaries.add('report key', parts.reportKey),
      KEYWARD_API_KEY: parts.home.adminKey,
      STORE: temporaryFolder(),
    };
  }

  get to() {
    if (this.#recorders === undefined) throw new Error('The recorders are started first.');
    return this.#recorders;
  }

  async start(serverUrl: string): Promise<void> {
    this.environment['KEYWARD_URL'] = serverUrl;
    this.#recorders = {
      vault: await Recorder.start('Vault', this.bao.address),
      service: await Recorder.start('the service', serverUrl),
      report: await Recorder.start('the record', serverUrl),
      items: await Recorder.start('the store of items', (request) => this.#item(request)),
      hook: await Recorder.start('a consumer', () => this.#seenVersion()),
    };
    writeFileSync(join(this.folder, 'store.sh'), STORE);
    writeFileSync(join(this.folder, 'keyward.bootstrap.yaml'), manifestOf(this.to));
    const pid = await signalled();
    writeFileSync(join(this.folder, 'app.pid'), String(pid));
  }

  #item({ method, url, body }: Recorded): Given {
    if (method === 'PUT') this.items.set(url, body);
    if (method === 'DELETE') this.items.delete(url);
    const value = this.items.get(url);
    return value === undefined ? { status: 404, body: '' } : { status: 200, body: value };
  }

  /** A consumer that proves that it uses what is in Vault, and says the key itself too. */
  async #seenVersion(): Promise<Given> {
    const version = await this.version();
    return { status: 200, body: JSON.stringify({ version, key: (await this.stored())['APP'] }) };
  }

  /** Runs a verb, and keeps what it said. @param more.allowed what it is to print */
  async run(args: string[], more: { stdin?: string; allowed?: string[] } = {}): Promise<Ended> {
    const { stdin = '', allowed = [] } = more;
    const options = { cwd: this.folder, environment: this.environment, mayFail: true };
    const ended = await this.home.keyward(['bootstrap', ...args], { ...options, stdin });
    const where = `of bootstrap ${args.join(' ')}`;
    this.traces.push({ where: `stderr ${where}`, bytes: Buffer.from(ended.stderr) });
    this.traces.push({ where: `stdout ${where}`, bytes: Buffer.from(ended.stdout), allowed });
    await this.learn();
    return ended;
  }

  /** What Keyward has drawn or minted meanwhile is secret too. */
  async learn(): Promise<void> {
    const values = await this.stored().catch(() => undefined);
    for (const [name, value] of Object.entries(values ?? {})) this.canaries.add(name, value);
  }

  async stored(): Promise<Record<string, string>> {
    const { data } = (await this.bao.call('GET', 'secret/data/canaries')) as {
      data: { data: Record<string, string> };
    };
    return data.data;
  }

  async version(): Promise<number> {
    const { data } = (await this.bao.call('GET', 'secret/metadata/canaries')) as {
      data: { current_version: number };
    };
    return data.current_version;
  }

  /** As long as it lasts, a part of the world answers with everything that it was sent. */
  async during(fault: () => () => void, args: string[]): Promise<number> {
    const undo = fault();
    try {
      return (await this.run(args)).code;
    } finally {
      undo();
    }
  }

  fails(
    name: 'vault' | 'service' | 'report' | 'items' | 'hook',
    isMeant: (r: Recorded) => boolean,
    status = 500,
  ) {
    return () => {
      const recorder = this.to[name];
      recorder.fault = (request) => (isMeant(request) ? echo(status)(request) : undefined);
      return () => void (recorder.fault = () => undefined);
    };
  }

  /** A folder where the sink wants its file. */
  blocks(path: string) {
    return () => {
      const at = join(this.folder, path);
      if (existsSync(at)) renameSync(at, `${at}.away`);
      mkdirSync(join(at, 'in-the-way'), { recursive: true });
      return () => {
        rmSync(at, { recursive: true });
        if (existsSync(`${at}.away`)) renameSync(`${at}.away`, at);
      };
    };
  }

  newOperator(): void {
    this.environment['OPERATOR'] = this.canaries.add('operator', randomSecret('op'));
  }

  keepFiles(): void {
    this.traces.push(...filesBelow(this.folder, SINKS));
  }

  /** All that was said, written and sent, and what the server knows of it. */
  async everything(): Promise<Trace[]> {
    const [server] = this.home.servers;
    if (server === undefined) throw new Error('There is no server.');
    const answers = [
      '/v1/audit?limit=200',
      '/v1/bootstrap/keys?limit=200',
      '/v1/bootstrap/keys/canaries/app',
    ];
    for (const path of answers) {
      const { status, text } = await server.request('GET', path);
      if (status !== 200) throw new Error(`${path} answered ${status}.`);
      this.traces.push({ where: path, bytes: Buffer.from(text) });
    }
    this.keepFiles();
    const { vault, service, report, items, hook } = this.to;
    const values = ['operator', 'OPERATOR', 'SHARED', 'APP', 'SESSION', 'import', 'wrapping token'];
    return [
      ...this.traces,
      ...vault.traces(values, ({ url }) => !url.includes('/metadata/')),
      ...service.traces(['admin key', 'APP']),
      ...report.traces(['report key']),
      ...items.traces(['items token', 'operator']),
      ...hook.traces(['hook token']),
      { where: 'stdout of the server', bytes: Buffer.from(server.stdout) },
      { where: 'stderr of the server', bytes: Buffer.from(server.stderr) },
    ];
  }
}

/** Prints what it gets when it fails. */
const STORE = `case $1 in
get) [ -f "$STORE/$2" ] || { echo none >&2; exit 44; }; cat "$STORE/$2" ;;
put) if [ -e fail ]; then cat; cat "$STORE/$2" >&2; exit 9; fi; cat >"$STORE/$2" ;;
del) rm -f "$STORE/$2" ;;
esac
`;

const manifestOf = (to: Life['to']): string => `version: 1
report: { url: '${to.report.url}', key: { env: REPORT_KEY }, stack: canaries }
sinks:
  main: { type: vault, address: '${to.vault.url}', login: { method: token, token: { env: VAULT_TOKEN } } }
  files: { type: files, directory: secrets }
  dotenv: { type: dotenv, file: all.env }
  program:
    type: exec
    compare: none
    inherit: [STORE]
    read: { command: [sh, store.sh, get, '{name}'], absent: { exit: [44], stderr: none } }
    write: { command: [sh, store.sh, put, '{name}'] }
    remove: { command: [sh, store.sh, del, '{name}'] }
  items:
    type: http
    compare: none
    url: '${to.items.url}'
    secrets: { token: { env: ITEMS_TOKEN } }
    headers: { authorization: 'Bearer {token}' }
    read: { path: '/{name}' }
    write: { path: '/{name}', headers: { content-type: text/plain }, body: '{value}' }
    remove: { path: '/{name}' }
services:
  keyward: { url: '${to.service.url}', ready: { path: /healthz, timeout_seconds: 5 } }
keys:
  operator:
    sources: [{ env: OPERATOR }]
    store:
      - { sink: main, mount: secret, path: canaries, field: OPERATOR }
      - { sink: files, name: operator }
      - { sink: dotenv, name: OPERATOR }
      - { sink: program, name: operator }
      - { sink: items, name: operator }
  session:
    sources: [{ random: { length: 40 } }]
    store: [{ sink: main, mount: secret, path: canaries, field: SESSION }]
  shared:
    sources: [{ env: SHARED }, { random: { length: 40 } }]
    store: [{ sink: main, mount: secret, path: canaries, field: SHARED }, { sink: files, name: shared }]
    consumers: [{ name: hook, webhook: { url: '${to.hook.url}/shared' } }]
  app:
    phase: derived
    service: keyward
    sources: [{ mint: { type: keyward, admin: { env: ADMIN_KEY } } }]
    store: [{ sink: main, mount: secret, path: canaries, field: APP }, { sink: files, name: app }]
    consumers:
      - { name: signalled, signal: { pid_file: app.pid }, proof: { run: [sh, -c, 'cat secrets/app; cat secrets/app >&2'] } }
      - { name: command, run: [sh, -c, 'env >command.env; cat secrets/app; cat secrets/app >&2'], proof: { run: [test, '{version}', -gt, '0'] } }
      - name: hook
        webhook: { url: '${to.hook.url}/app', headers: { x-hook: '{token}' }, secrets: { token: { env: HOOK_TOKEN } } }
        proof:
          url: '${to.hook.url}/proof'
          headers: { x-hook: '{token}' }
          secrets: { token: { env: HOOK_TOKEN } }
          pointer: /version
          equals: '{version}'
          timeout_seconds: 1
`;

/** A process that lives on when it is signalled. @returns its id */
async function signalled(): Promise<number> {
  const program =
    "process.on('SIGHUP', () => {}); console.log('on'); process.stdin.resume().on('end', process.exit)";
  const child = spawn(process.execPath, ['-e', program], { stdio: ['pipe', 'pipe', 'inherit'] });
  afterwards(() => void child.kill('SIGKILL'));
  await once(child.stdout, 'data');
  return child.pid ?? 0;
}
