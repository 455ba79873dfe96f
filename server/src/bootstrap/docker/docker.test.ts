import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { CAN_RUN_DOCKER, startDocker, type Docker } from '../../../test/docker.ts';
import { startDockerProxy } from '../../../test/docker-proxy.ts';
import { restart, sendSignal } from '../consumers/signal.ts';
import { findContainer, restartContainer, runningContainer, signalContainer } from './container.ts';
import { DockerEngine } from './engine.ts';
import { runInContainer, type ContainerCommand } from './exec.ts';

const COMPOSE = ['--label=com.docker.compose.project=shop', '--label=com.docker.compose.service'];

describe.skipIf(!CAN_RUN_DOCKER)('a Docker engine (its tests need root)', () => {
  let docker: Docker;
  let engine: DockerEngine;
  beforeAll(async () => {
    docker = await startDocker();
    engine = new DockerEngine(docker.address);
    await docker.run('box', `${COMPOSE[0]}`, `${COMPOSE[1]}=box`, '--', 'sleep', 'infinity');
  });
  afterAll(async () => {
    await engine.stop();
    await docker.remove();
  });

  const inBox = async (argv: string[], options: Partial<ContainerCommand> = {}, on = engine) =>
    runInContainer(on, await runningContainer(on, { container: 'box' }), {
      argv,
      timeoutMs: 10_000,
      ...options,
    });

  async function open(address: string): Promise<DockerEngine> {
    const opened = new DockerEngine(address);
    onTestFinished(() => opened.stop());
    return opened;
  }

  test('a command gets its input, variables, user and folder, and its stdout and exit code come back', async () => {
    const script = 'cat; echo " $A $(id -u) $PWD"; echo unseen >&2; exit 3';
    const options = { stdin: 'from stdin', env: { A: 'a b' }, user: '1000', workdir: '/tmp' };
    expect(await inBox(['sh', '-c', script], options)).toEqual({
      exitCode: 3,
      stdout: 'from stdin a b 1000 /tmp\n',
    });
  });

  test('stdout and stderr that a command mixes are told apart, byte by byte', async () => {
    const script =
      'for (let n = 0; n < 20000; n++) { process.stdout.write("äo" + n); process.stderr.write("e" + n); }';
    const { stdout } = await inBox(['node', '-e', script]);
    expect(stdout).toBe(Array.from({ length: 20_000 }, (_, n) => `äo${n}`).join(''));
  });

  test('a command that prints more than 1 MiB is given up', async () => {
    await expect(inBox(['sh', '-c', 'head -c 2000000 /dev/zero'])).rejects.toThrow('printed more than 1 MiB');
  });

  test('a command that takes too long is given up, and what it did is not known', async () => {
    await expect(inBox(['sleep', '30'], { timeoutMs: 300 })).rejects.toMatchObject({
      fault: 'unavailable',
      message:
        'The command sleep in the container box did not end within 0.3 s. What it has done is not known.',
    });
  });

  test('a program that is missing ends with an exit code, and never as a success', async () => {
    const { exitCode } = await inBox(['gitea']);
    expect([126, 127]).toContain(exitCode);
  });

  test('a container is found by its compose labels, without those of docker compose run', async () => {
    const oneoff = '--label=com.docker.compose.oneoff=True';
    await docker.run('box-run', `${COMPOSE[0]}`, `${COMPOSE[1]}=box`, oneoff, '--', 'sleep', 'infinity');
    onTestFinished(() => void docker.cli('rm', '--force', 'box-run'));
    const found = await findContainer(engine, { compose: { project: 'shop', service: 'box' } });
    expect(found).toMatchObject({
      name: 'box',
      imageId: expect.stringMatching(/^sha256:/),
      problem: undefined,
    });
  });

  test('several containers of a compose service are refused, and named', async () => {
    for (const name of ['twin-1', 'twin-2'])
      await docker.run(name, `${COMPOSE[0]}`, `${COMPOSE[1]}=twin`, '--', 'sleep', 'infinity');
    onTestFinished(() => void docker.cli('rm', '--force', 'twin-1', 'twin-2'));
    await expect(
      findContainer(engine, { compose: { project: 'shop', service: 'twin' } }),
    ).rejects.toMatchObject({
      fault: 'refused',
      message: expect.stringMatching(
        /^There are 2 containers of the service twin in the compose project shop: twin-\d, twin-\d\. Name one/,
      ),
    });
  });

  test.for([['keyward-test'], ['keyward-test:1'], ['docker.io/library/keyward-test:1'], ['id']])(
    'the image %s is that of the container',
    async ([image = '']) => {
      const { imageId } = await findContainer(engine, { container: 'box' });
      const wanted = image === 'id' ? imageId : image;
      expect((await findContainer(engine, { container: 'box', image: wanted })).name).toBe('box');
    },
  );

  test.for([['keyward-test:2'], ['keyward'], ['mintplexlabs/anythingllm'], [`sha256:${'0'.repeat(64)}`]])(
    'a container with another image than %s is refused',
    async ([image = '']) => {
      await expect(findContainer(engine, { container: 'box', image })).rejects.toMatchObject({
        fault: 'refused',
        message: `The container box has the image keyward-test:1, not ${image}. Correct container or image in the manifest.`,
      });
    },
  );

  test('a missing container is named, also where its name begins the id of another one', async () => {
    const { id } = await findContainer(engine, { container: 'box' });
    for (const container of ['absent', id.slice(0, 12)])
      await expect(findContainer(engine, { container })).rejects.toMatchObject({
        fault: 'unavailable',
        message: `The container ${container} does not exist. Start it, or correct container in the manifest.`,
      });
    await expect(findContainer(engine, { compose: { project: 'shop', service: 'absent' } })).rejects.toThrow(
      'There is no container of the service absent in the compose project shop.',
    );
  });

  test('a container that is stopped, paused, or restarts again and again is named with the next step', async () => {
    await docker.run('states', '--', 'sleep', 'infinity');
    await docker.run('crashing', '--restart=always', '--', 'sh', '-c', 'exit 9');
    onTestFinished(() => void docker.cli('rm', '--force', 'states', 'crashing'));
    const says = (container: string) =>
      runningContainer(engine, { container }).catch((error: Error) => error.message);
    await docker.cli('pause', 'states');
    expect(await says('states')).toBe('The container states is paused. Continue it: docker unpause states');
    await docker.cli('unpause', 'states');
    await docker.cli('kill', 'states');
    expect(await says('states')).toBe(
      'The container states is not running (exited, exit code 137). Start it: docker start states',
    );
    await expect
      .poll(() => says('crashing'))
      .toBe(
        'The container crashing restarts again and again (exit code 9). Its log says why: docker logs crashing',
      );
  });

  test('a container is restarted, also a stopped one, and gets a signal', async () => {
    await docker.run(
      'served',
      '--',
      'sh',
      '-c',
      'trap "echo reloaded" HUP; echo began; while :; do sleep 0.05; done',
    );
    onTestFinished(() => void docker.cli('rm', '--force', 'served'));
    const log = () => docker.cli('logs', 'served');
    await expect.poll(log).toBe('began\n');
    await signalContainer(engine, { container: 'served' }, 'SIGHUP');
    await expect.poll(log).toBe('began\nreloaded\n');
    await restartContainer(engine, { container: 'served' }, 0);
    await expect.poll(log).toBe('began\nreloaded\nbegan\n');
    await docker.cli('kill', 'served');
    await expect(signalContainer(engine, { container: 'served' }, 'SIGHUP')).rejects.toThrow(
      'is not running',
    );
    await restartContainer(engine, { container: 'served' }, 0);
    await expect.poll(log).toBe('began\nreloaded\nbegan\nbegan\n');
  });

  test('a consumer in a container is signalled or restarted, and a stopped one needs no signal', async () => {
    const script = 'trap "echo reloaded" HUP; trap "exit 0" TERM; echo began; while :; do sleep 0.05; done';
    await docker.run('reader', `${COMPOSE[0]}`, `${COMPOSE[1]}=reader`, '--', 'sh', '-c', script);
    onTestFinished(() => void docker.cli('rm', '--force', 'reader'));
    const log = () => docker.cli('logs', 'reader');
    const reader = { compose: { project: 'shop', service: 'reader' }, docker: docker.address };
    await expect.poll(log).toBe('began\n');
    expect(await sendSignal({ ...reader, signal: 'HUP' }, '/')).toBe(undefined);
    await expect.poll(log).toBe('began\nreloaded\n');
    expect(await restart({ container: 'reader', docker: docker.address })).toBe(undefined);
    await expect.poll(log).toBe('began\nreloaded\nbegan\n');
    await docker.cli('kill', 'reader');
    expect(await sendSignal(reader, '/')).toBe(undefined);
    expect(await restart({ container: 'away', docker: docker.address })).toBe(
      'The container away does not exist. Start it, or correct container in the manifest.',
    );
    expect(await restart({ container: 'reader', docker: 'unix:///nowhere/docker.sock' })).toContain(
      'does not answer (ENOENT)',
    );
    const proxy = await startDockerProxy(docker.socketPath, { containers: ['box'] });
    expect(await restart({ container: 'reader', docker: proxy.address })).toContain('refuses GET');
  });

  describe('behind a socket proxy that allows commands in named containers', () => {
    test('runs a command there, with its input', async () => {
      const proxy = await startDockerProxy(docker.socketPath, { containers: ['box'] });
      const through = await open(proxy.address);
      expect(await inBox(['sh', '-c', 'cat; exit 4'], { stdin: 'typed' }, through)).toEqual({
        exitCode: 4,
        stdout: 'typed',
      });
      expect(proxy.refused).toEqual([]);
    });

    test('says which call the proxy refuses', async () => {
      const proxy = await startDockerProxy(docker.socketPath, { containers: ['other'] });
      const through = await open(proxy.address);
      await expect(findContainer(through, { container: 'box' })).rejects.toMatchObject({
        fault: 'refused',
        message: `${proxy.address} refuses GET /containers/box/json (403). Allow this call in the socket proxy.`,
      });
      await expect(findContainer(through, { compose: { project: 'shop', service: 'box' } })).rejects.toThrow(
        'refuses GET /containers/json (403)',
      );
      await expect(restartContainer(through, { container: 'box' })).rejects.toThrow('refuses GET');
    });

    test.for<[call: string, refuses: RegExp]>([
      ['POST /containers/box/exec', /POST .*exec$/],
      ['POST /exec/…/start', /start$/],
      ['GET /exec/…/json', /GET .exec/],
    ])('names %s where it refuses only that', async ([call, refuses]) => {
      const proxy = await startDockerProxy(docker.socketPath, { containers: ['box'], refuses });
      const through = await open(proxy.address);
      const message = await inBox(['true'], {}, through).then(
        () => 'It did not fail.',
        (error: Error) => error.message,
      );
      expect(message.replace(/[0-9a-f]{64}/, '…')).toBe(
        `${proxy.address} refuses ${call} (403). Allow this call in the socket proxy.`,
      );
    });

    test('works where the version of the engine cannot be asked', async () => {
      const proxy = await startDockerProxy(docker.socketPath, { containers: ['box'], refuses: /_ping/ });
      expect(await inBox(['echo', 'well'], {}, await open(proxy.address))).toEqual({
        exitCode: 0,
        stdout: 'well\n',
      });
    });

    test('a connection that breaks half-way leaves open what the command did', async () => {
      const proxy = await startDockerProxy(docker.socketPath, { containers: ['box'] });
      const running = inBox(
        ['sh', '-c', 'echo begun; sleep 1; touch /tmp/done'],
        { timeoutMs: 600 },
        await open(proxy.address),
      );
      const ended = running.catch((error: unknown) => error);
      await expect.poll(async () => (await docker.cli('top', 'box')).includes('touch /tmp/done')).toBe(true);
      proxy.cut();
      expect(await ended).toMatchObject({ fault: 'unavailable' });
      await expect.poll(async () => (await inBox(['ls', '/tmp'])).stdout).toContain('done');
    });
  });
});

test.for([
  [
    'unix:///nowhere/docker.sock',
    /^The Docker engine at unix:\/\/\/nowhere\/docker\.sock does not answer \(ENOENT\)\. Start it/,
  ],
  ['tcp://127.0.0.1:1', /does not answer \(ECONNREFUSED\)/],
] as const)('an engine that is away at %s is named', async ([address, says]) => {
  const engine = new DockerEngine(address);
  onTestFinished(() => engine.stop());
  await expect(findContainer(engine, { container: 'box' })).rejects.toMatchObject({
    fault: 'unavailable',
    message: expect.stringMatching(says),
  });
});

test.for([['docker.sock'], ['https://127.0.0.1:2376'], ['unix://'], ['tcp://user@host:1'], ['tcp://']])(
  '%s is refused as the address of an engine',
  ([address]) => {
    expect(() => new DockerEngine(address)).toThrow(
      'docker: must be a socket such as unix:///var/run/docker.sock, or a socket proxy such as tcp://127.0.0.1:2375.',
    );
  },
);
