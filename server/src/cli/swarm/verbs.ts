import { unwrap, type components, type KeywardClient } from '@keyward/sdk';
import type { Context } from '../command.ts';
import { EXIT, usageError } from '../exit.ts';
import { say } from '../io.ts';
import { cell, fields, membersText, tableOf, type Columns, type Shown } from '../output.ts';
import { durationSeconds, given } from '../parse.ts';
import { pagedList, request } from '../request.ts';
import { Wait } from '../wait/wait.ts';
import { counted } from '../count-text.ts';

type Task = components['schemas']['SwarmTask'];
type Member = components['schemas']['SwarmMember'];

const WAIT_SECONDS = 30;
const STRATEGIES: string[] = ['consensus', 'map-reduce', 'first'];
const SWARM_ARG = { type: 'string', description: 'Name of the swarm. Default: default' } as const;
const TASK_ARG = {
  type: 'positional',
  description: 'Id of a task, such as swt_4fT9aBcDeF12',
  required: true,
} as const;
const MINER_ARG = {
  type: 'string',
  description: 'Name of the worker. Default: the id of the key',
} as const;

const minerOf = (miner: string | undefined) => ({
  params: { header: given({ 'x-miner-id': miner }) },
});

const MEMBERS: Columns<Member> = {
  worker: ({ worker_id: id }) => id,
  ...fields('name', 'state', 'role', 'capability', 'region', 'priority'),
};

export const join = request({
  args: {
    role: { type: 'string', description: 'Such as worker', default: 'worker' },
    capability: { type: 'string', description: 'Such as translation', default: 'inference' },
    region: { type: 'string', description: 'Default: the region of the worker' },
    priority: {
      type: 'enum',
      options: ['low', 'normal', 'high'] as string[],
      default: 'normal',
      description: 'high: chosen first',
    },
    swarm: SWARM_ARG,
    miner: MINER_ARG,
  },
  examples: [
    'swarm join --role worker --capability translation --priority high',
    'swarm join --swarm nordic --miner home-gpu',
  ],
  notes: 'Needs the key of a worker that is registered. Joining again changes what the member says.',
  parse: ({ role, capability, region, priority, swarm, miner }) => ({
    body: { role, capability, priority: priority as 'high', ...given({ region, swarm_id: swarm }) },
    miner,
  }),
  send: (client, { body, miner }) => unwrap(client.POST('/v1/swarm/join', { ...minerOf(miner), body })),
});

export const leave = request({
  args: {
    swarm: { type: 'string', description: 'Name of the swarm. Default: all swarms of the worker' },
    miner: MINER_ARG,
  },
  examples: ['swarm leave', 'swarm leave --swarm nordic --miner home-gpu'],
  send: (client, { swarm, miner }) =>
    unwrap(client.POST('/v1/swarm/leave', { ...minerOf(miner), body: given({ swarm_id: swarm }) })),
  table: ({ left }) => (left.length === 0 ? 'It was in no swarm.' : `Left: ${left.map(cell).join(', ')}`),
});

export const list = request({
  args: {},
  examples: ['swarm list', "$ keyward swarm list --output json | jq '.items[].swarm_id'"],
  whenEmpty: 'A worker joins one: keyward swarm join',
  send: (client) => unwrap(client.GET('/v1/swarm/list')),
  isList: true,
  table: ({ items }) =>
    tableOf(items, {
      swarm: ({ swarm_id: id }) => id,
      ...fields('members', 'online'),
      capabilities: ({ capabilities }) => capabilities.join(' '),
    }),
  after: ({ has_more: isCut }, { io }) => {
    if (isCut) say(io, 'There are more swarms, or members of the last one.');
  },
});

export const tasks = pagedList({
  args: {},
  examples: ['swarm tasks', 'swarm tasks --all --output json'],
  notes: 'The tasks of your owner. One with its members: keyward swarm consensus.',
  whenEmpty: 'Give a task to a swarm: keyward swarm coordinate --task "Is 391 a prime?"',
  columns: {
    task: ({ task_id: id }) => id,
    swarm: ({ swarm_id: id }) => id,
    ...fields('strategy', 'state'),
    error: ({ error }) => error?.message,
    begun: ({ created_at: at }) => at,
  } satisfies Columns<components['schemas']['SwarmTaskRow']>,
  open: (client) => (query) => unwrap(client.GET('/v1/swarm/tasks', { params: { query } })),
});

export const coordinate = request({
  args: {
    task: {
      type: 'string',
      description: 'The prompt for each member; with map-reduce repeatable, one for each member',
      required: true,
    },
    collaborators: { type: 'string', description: 'How many members, or names or ids, separated by commas' },
    strategy: {
      type: 'enum',
      options: STRATEGIES,
      default: 'consensus',
      description: 'What is made of the outputs',
    },
    timeout: { type: 'string', description: 'Of the whole task, such as 5m. Default: 5m' },
    swarm: SWARM_ARG,
    model: { type: 'string', description: 'Model of the jobs. Default: any' },
    capability: { type: 'string', description: 'Only members with this capability' },
    wait: { type: 'boolean', description: 'Wait for the end, and print the result' },
  },
  examples: [
    'swarm coordinate --task "Is 391 a prime? Answer yes or no." --collaborators 3 --wait',
    'swarm coordinate --task "Part one" --task "Part two" --strategy map-reduce --wait',
  ],
  notes:
    'The owner of a member can read the task. With --wait the exit code is 1 where no result is reached.\n' +
    'Ctrl-C does not cancel it.',
  parse: (args, context) => {
    const tasks = context.all('task');
    const { strategy, timeout, swarm, model, capability, collaborators, wait } = args;
    const several = tasks.length > 1 ? tasks : tasks[0];
    if (several === undefined || several === '') throw usageError('--task must not be empty.');
    return {
      body: {
        task: several,
        strategy: strategy as Task['strategy'],
        ...given({
          timeout_seconds: timeout === undefined ? undefined : durationSeconds('timeout', timeout),
          collaborators: collaborators === undefined ? undefined : collaboratorsIn(collaborators),
          swarm_id: swarm,
          model,
          capability,
        }),
      },
      wait: wait === true,
    };
  },
  send: async (client, { body, wait }, context) => {
    const begun = await unwrap(client.POST('/v1/swarm/coordinate', { body }));
    if (wait) return followed(client, context, begun.task_id);
    say(context.io, `Follow it: keyward swarm consensus ${begun.task_id} --wait`);
    return begun;
  },
  table: taskText,
  after: codeOf,
});

const collaboratorsIn = (text: string): number | string[] =>
  /^\d+$/.test(text) ? Number(text) : text.split(',').map((name) => name.trim());

function followed(client: KeywardClient, { io }: Context, id: string): Promise<Task> {
  const wait = new Wait(io, { id, again: `swarm consensus ${id} --wait` });
  return wait.until(async () => {
    for (let seconds = 0; ; seconds = WAIT_SECONDS) {
      const params = { path: { id }, query: { wait: seconds } };
      const task = await wait.ask(() => unwrap(client.GET('/v1/swarm/tasks/{id}/status', { params })));
      if (task.state !== 'RUNNING') return task;
      const answers = task.members.filter(({ state }) => state === 'COMPLETED').length;
      wait.say(`${id}: ${answers} of ${counted(task.members.length, 'member')} answered`);
    }
  });
}

function taskText({ task_id: id, strategy, state, members, ...task }: Task): Shown {
  const { result, agreement, reason, absent } = task;
  const head = membersText({
    task: id,
    strategy,
    state,
    agreement: `${Math.round(agreement * 100)} %`,
    result,
    ...(reason !== null && { reason }),
    ...(absent.length > 0 && { absent: absent.join(', ') }),
  });
  const columns = {
    ...fields('name', 'state', 'presence', 'output'),
    error: ({ error }: Task['members'][number]) => error?.message,
  };
  return [head, tableOf(members, columns)];
}

function codeOf({ state, is_reached: isReached }: Task): number | void {
  if (state !== 'RUNNING' && !isReached) return EXIT.failure;
}

export const status = request({
  args: { swarm: SWARM_ARG },
  examples: ['swarm status', 'swarm status --swarm nordic'],
  notes: 'A task of a swarm: keyward swarm consensus.',
  send: (client, { swarm }) =>
    unwrap(client.GET('/v1/swarm/status', { params: { query: given({ swarm_id: swarm }) } })),
  isList: true,
  table: ({ members }) => tableOf(members, MEMBERS),
});

export const consensus = request({
  args: {
    task: TASK_ARG,
    threshold: { type: 'string', description: 'Part of all members that must agree, such as 0.66' },
    wait: { type: 'boolean', description: 'Wait for the end' },
  },
  examples: ['swarm consensus swt_4fT9aBcDeF12', 'swarm consensus swt_4fT9aBcDeF12 --threshold 0.66 --wait'],
  notes: 'The exit code is 1 where the task is over and no result is reached.',
  parse: ({ task, threshold, wait }) => {
    const part = threshold === undefined ? undefined : Number(threshold);
    if (part !== undefined && !(part > 0 && part <= 1))
      throw usageError('--threshold must be a number above 0, 1 at most, such as 0.66.');
    return { task, part, wait: wait === true };
  },
  send: async (client, { task, part, wait }, context) => {
    if (wait) await followed(client, context, task);
    const body = { task_id: task, ...given({ consensus_threshold: part }) };
    return unwrap(client.POST('/v1/swarm/consensus', { body }));
  },
  table: taskText,
  after: codeOf,
});
