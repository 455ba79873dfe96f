import { Type } from 'typebox';
import {
  COLLABORATORS_MAX,
  EXECUTION_STATES,
  PRIORITIES,
  STEP_VIEW_STATES,
  STRATEGIES,
  SWARM_MEMBERS_LIST_MAX,
} from '../../agents/index.ts';
import { WORKER_STATES } from '../../jobs/index.ts';
import { Failure } from '../agents/schemas.ts';
import * as s from '../schemas.ts';

/* Shapes of swarms and of their tasks. */

const SWARM_ID = '^[a-z0-9][a-z0-9._-]{0,63}$';
const TASK_MAX_LENGTH = 1_000_000;

export const SwarmId = Type.String({
  pattern: SWARM_ID,
  description:
    'a name of a swarm, such as default: small letters, digits, ".", "_" and "-", at most 64 characters',
});

const Word = (description: string) => Type.String({ minLength: 1, maxLength: 100, description });

export const JoinRequest = Type.Object(
  {
    role: Word('Such as worker'),
    capability: Word('Such as translation; coordinate can ask for it'),
    region: Type.Optional(Word('Default: the region of the worker')),
    priority: Type.Optional(s.oneOf(PRIORITIES, { description: 'high: chosen first. Default: normal' })),
    swarm_id: Type.Optional(SwarmId),
  },
  { title: 'SwarmJoining', ...s.closed },
);

const memberProperties = {
  worker_id: Type.String(),
  name: Type.String(),
  owner_id: Type.String(),
  role: Type.String(),
  capability: Type.String({ description: 'As it was given to join' }),
  region: s.nullable(Type.String()),
  priority: s.oneOf(PRIORITIES, { description: 'high: chosen first' }),
  state: s.oneOf(WORKER_STATES, { description: 'Of the worker' }),
  joined_at: s.Time,
};

export const Member = Type.Object(memberProperties, { title: 'SwarmMember' });
const swarmId = Type.String({ description: 'Name of the swarm' });

export const Joined = Type.Object({ swarm_id: swarmId, ...memberProperties }, { title: 'SwarmJoined' });

export const Left = Type.Object(
  { worker_id: Type.String(), left: Type.Array(Type.String(), { description: 'Swarms that it left' }) },
  { title: 'SwarmLeft' },
);

export const SwarmList = Type.Object(
  {
    items: Type.Array(
      Type.Object({
        swarm_id: swarmId,
        members: Type.Integer({ description: 'Number of its members' }),
        online: Type.Integer({ description: 'Those whose workers are online' }),
        capabilities: Type.Array(Type.String(), { description: 'Of all members' }),
      }),
    ),
    has_more: Type.Boolean({
      description: `Whether there are more than ${SWARM_MEMBERS_LIST_MAX.toLocaleString('en')} members: those behind them are not counted`,
    }),
  },
  { title: 'SwarmList' },
);

export const SwarmStatus = Type.Object(
  {
    swarm_id: swarmId,
    online: Type.Integer({ description: 'Members whose workers are online' }),
    members: Type.Array(Member, { description: 'In the order in which they joined' }),
  },
  { title: 'SwarmStatus' },
);

const Text = Type.String({ minLength: 1, maxLength: TASK_MAX_LENGTH });

export const TaskRequest = Type.Object(
  {
    task: Type.Union([Text, Type.Array(Text, { minItems: 1, maxItems: COLLABORATORS_MAX })], {
      description: 'The prompt for each member; with map-reduce also a list, one for each member',
    }),
    collaborators: Type.Optional(
      Type.Union(
        [
          Type.Integer({ minimum: 1, maximum: COLLABORATORS_MAX }),
          Type.Array(Word('Id or name of a member'), { minItems: 1, maxItems: COLLABORATORS_MAX }),
        ],
        { description: 'How many members, or which. Default: all that are online' },
      ),
    ),
    strategy: Type.Optional(
      s.oneOf(STRATEGIES, {
        description:
          'consensus: the answer of more than half; map-reduce: all outputs, merged; first: the first output, and the others are canceled. Default: consensus',
      }),
    ),
    timeout_seconds: Type.Optional(
      Type.Integer({ minimum: 1, maximum: 86_400, description: 'Of the whole task. Default: 300' }),
    ),
    swarm_id: Type.Optional(SwarmId),
    model: Type.Optional(Type.String({ minLength: 1, maxLength: 300 })),
    capability: Type.Optional(Word('Only members with this capability')),
    owners: Type.Optional(
      Type.Array(Word('Id of an owner'), { maxItems: 100, description: 'Only their members get the task' }),
    ),
  },
  { title: 'SwarmTaskWanted', ...s.closed },
);

export const threshold = {
  consensus_threshold: Type.Optional(
    Type.Number({
      exclusiveMinimum: 0,
      maximum: 1,
      description: 'The part of all members that must agree. Default: more than half',
    }),
  ),
};

const taskRow = {
  task_id: Type.String({ description: 'Id of the task, such as swt_4fT9aBcDeF12' }),
  swarm_id: swarmId,
  strategy: s.oneOf(STRATEGIES, { description: 'As it was coordinated' }),
  state: s.oneOf(EXECUTION_STATES),
  error: Failure,
  created_at: s.Time,
  finished_at: s.nullable(s.Time),
};

export const TaskRow = Type.Object(taskRow, { title: 'SwarmTaskRow' });

export const Task = Type.Object(
  {
    ...taskRow,
    reducer: s.oneOf(['majority', 'threshold', 'first', 'merge'], {
      description: 'What makes the result of the outputs',
    }),
    result: Type.Unknown({ description: 'null: not reached' }),
    is_reached: Type.Boolean({ description: 'Whether there is a result' }),
    agreement: Type.Number({ description: 'The part of all members behind it, 0 to 1' }),
    threshold: s.nullable(Type.Number(), {
      description: 'The part that must agree; majority: more than it. null: none',
    }),
    reason: s.nullable(Type.String(), { description: 'Why there is no result. null: there is one' }),
    votes: Type.Array(
      Type.Object({
        answer: Type.Unknown({ description: 'As the first of its members gave it' }),
        count: Type.Integer({ description: 'Members that gave it' }),
        members: Type.Array(Type.String(), { description: 'Ids of their workers' }),
      }),
      { description: 'Different answers, the most frequent first' },
    ),
    absent: Type.Array(Type.String(), {
      description: 'Names of members that left or are offline, and have given no output',
    }),
    members: Type.Array(
      Type.Object({
        worker_id: Type.String(),
        name: Type.String(),
        state: s.oneOf(STEP_VIEW_STATES, { description: 'Of its job' }),
        presence: s.oneOf([...WORKER_STATES, 'left'], { description: 'Of the worker now' }),
        job_id: s.nullable(Type.String()),
        output: Type.Unknown({ description: 'null: none yet' }),
        error: Failure,
      }),
      { description: 'One for each job' },
    ),
    deadline_at: s.nullable(s.Time),
  },
  { title: 'SwarmTask' },
);
