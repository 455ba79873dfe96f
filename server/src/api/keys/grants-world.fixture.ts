import { randomUUID } from 'node:crypto';
import type { Answer, TestServer } from '../../../test/server.ts';
import { json, type TestUpstream } from '../../../test/upstream.ts';
import { enableUsers, PASSWORD } from '../../developer/people/identity.fixture.ts';
import {
  ceilingOf,
  given,
  isBounded,
  isWithin,
  lineOf,
  poolsOf,
  ROLE_POWERS,
} from './grants-model.fixture.ts';
import type { Ceiling, Holding } from './grants-model.fixture.ts';

export const WORKSPACES = ['red', 'blue'] as const;
export type WorkspaceName = (typeof WORKSPACES)[number];
const SITE = 'https://shop.example';
/** What every answer takes; the upstream says so, and it is true. */
export const TOKENS_PER_ANSWER = 24;
const CONTENT = 'one two three four five six seven eight nine ten';

interface NewKeyFields {
  scopes: readonly string[];
  workspace: WorkspaceName | null;
  budget: number | null;
  ends: boolean;
}

/** A server, and beside it the model of what everybody on it can have been given. */
export class World {
  readonly server: TestServer;
  readonly holdings: Holding[] = [];
  /** What somebody could do that nobody gave them. */
  readonly violations: string[] = [];
  readonly #upstream: TestUpstream;
  #users = 0;

  constructor(server: TestServer, upstream: TestUpstream) {
    this.server = server;
    this.#upstream = upstream;
    const usage = { prompt_tokens: 14, completion_tokens: 10, total_tokens: TOKENS_PER_ANSWER };
    const message = { role: 'assistant', content: CONTENT };
    const choices = [{ index: 0, message, finish_reason: 'stop' }];
    upstream.answer(
      json({ id: 'c', object: 'chat.completion', created: 1, model: 'gpt-test', choices, usage }),
    );
    upstream.received.length = 0;
    this.#add({ kind: 'key', name: 'the first key', secret: server.adminKey, id: '', grants: ['*'] });
  }

  static async open(server: TestServer, upstream: TestUpstream, withUsers: boolean): Promise<World> {
    const world = new World(server, upstream);
    const models = { name: 'stub', base_url: upstream.baseUrl, api_key: 'sk-upstream' };
    await server.request('POST', '/v1/upstreams', { body: models });
    for (const name of WORKSPACES) {
      const body = { name, chatModel: 'gpt-test', chatMode: 'chat', openAiTemp: 0 };
      await server.request('POST', '/v1/workspace/new', { body });
    }
    const self = await server.request<{ key: { id: string } }>('GET', '/v1/keys/self');
    world.at(0).id = self.body.key.id;
    if (withUsers) await enableUsers(server);
    return world;
  }

  /** One of those that there are, by any whole number. */
  at(index: number): Holding {
    const found = this.holdings[index % this.holdings.length];
    if (found === undefined) throw new Error('nobody holds anything');
    return found;
  }

  async mint(maker: Holding, fields: NewKeyFields & { parent: Holding | null }): Promise<void> {
    const { scopes, workspace, budget, ends, parent } = fields;
    const answer = await this.#ask<{ key: { id: string }; secret: string }>(maker, 'POST', '/v1/keys', {
      name: 'made',
      scopes,
      ...(workspace === null ? {} : { selectors: { workspaces: { allow: [workspace] } } }),
      ...(budget === null ? {} : { budgets: [budgetOf(budget)] }),
      ...(ends ? { expires_in_seconds: 86_400 } : {}),
      ...(parent === null ? {} : { parent: parent.id }),
    });
    if (answer.status !== 201) return;
    const made = this.#add({
      kind: 'key',
      secret: answer.body.secret,
      id: answer.body.key.id,
      grants: scopes,
      workspaces: workspace === null ? undefined : new Set([workspace]),
      pool: budget === null ? undefined : { amount: budget, spent: 0 },
      ends,
      ancestors: parent === null ? lineOf(maker) : [parent, ...parent.ancestors],
    });
    const note = `${maker.name} minted ${made.name}`;
    this.#must(isWithin(given(made), ceilingOf(maker)), `${note} within what it holds`);
    const isOfLine = lineOf(maker).every((one) => made.ancestors.includes(one));
    this.#must(isOfLine, `${note} outside its own line`);
  }

  async change(actor: Holding, target: Holding, fields: Partial<NewKeyFields>): Promise<void> {
    if (target.kind !== 'key') return;
    const { scopes, workspace, budget } = fields;
    const [before, could] = [given(target), ceilingOf(actor)];
    const path = `/v1/keys/${target.id}`;
    const answer = await this.#ask(actor, 'PATCH', path, {
      ...(scopes === undefined ? {} : { scopes }),
      ...(workspace === undefined
        ? {}
        : { selectors: { workspaces: { allow: workspace === null ? [] : [workspace] } } }),
      // Under another name, for another period: no way to begin anew.
      ...(budget === undefined
        ? {}
        : { budgets: budget === null ? [] : [{ ...budgetOf(budget), name: randomUUID(), period: 'month' }] }),
    });
    if (answer.status !== 200) return;
    const note = `${actor.name} changed ${target.name} to ${JSON.stringify(fields)}`;
    const { pool } = target;
    if (scopes !== undefined) target.grants = scopes;
    if (workspace !== undefined) target.workspaces = workspace === null ? undefined : new Set([workspace]);
    if (!isWithin(given(target), before)) this.#must(isWithin(given(target), could), note);
    if (!isWithin(before, given(target))) this.#must(mayTakeFrom(actor, target, { before, could }), note);
    if (budget === undefined) return;
    const isLooser = pool !== undefined && (budget === null || budget > pool.amount);
    if (isLooser) this.#must(!poolsOf(actor).includes(pool), `${note}: looser, and spends from it`);
    // What was spent stays spent, whatever the budget is called now, and also when it was gone for a while.
    if (pool !== undefined) pool.amount = budget ?? Infinity;
    else if (budget !== null) target.pool = { amount: budget, spent: 0 };
  }

  async rotate(actor: Holding, target: Holding): Promise<void> {
    if (target.kind !== 'key') return;
    const body = { overlap_seconds: 0 };
    const answer = await this.#ask<{ secret: string }>(actor, 'POST', `/v1/keys/${target.id}/rotate`, body);
    if (answer.status !== 201 && answer.status !== 200) return;
    target.secret = answer.body.secret;
    const note = `${actor.name} rotated ${target.name}`;
    this.#must(
      isBelow(target, actor) || isWithin(given(target), ceilingOf(actor)),
      `${note} and holds more by it`,
    );
    const theirs = poolsOf(target);
    this.#must(
      poolsOf(actor).every((pool) => theirs.includes(pool)),
      `${note} and spends past its budgets`,
    );
  }

  /** Ends a key, or gives it back. After the answer it and all that ends with it open nothing. */
  async move(
    actor: Holding,
    target: Holding,
    verb: 'disable' | 'revoke' | 'enable' | 'restore',
  ): Promise<void> {
    if (target.kind !== 'key') return;
    const [before, could] = [given(target), ceilingOf(actor)];
    const answer = await this.#ask(actor, 'POST', `/v1/keys/${target.id}/${verb}`, {});
    if (answer.status !== 200) return;
    const note = `${actor.name} did ${verb} to ${target.name}`;
    const ends = verb === 'disable' || verb === 'revoke';
    if (ends) this.#must(mayTakeFrom(actor, target, { before, could }), note);
    else {
      this.#must(isBelow(target, actor) || isWithin(before, could), note);
      const isOwnLine = [actor, ...actor.ancestors].includes(target);
      this.#must(!(isOwnLine && target.isEnded), `${note}, by which it came back itself`);
    }
    target.isEnded = ends;
    if (!ends) return;
    for (const one of this.holdings) {
      if (one.kind === 'key' && (one === target || one.ancestors.includes(target)))
        this.#must((await this.#ask(one, 'GET', '/v1/keys/self')).status === 401, `${note}: ${one.name}`);
    }
  }

  async makeUser(maker: Holding, role: keyof typeof ROLE_POWERS): Promise<void> {
    const username = `user-${++this.#users}`;
    const body = { username, password: PASSWORD, role };
    const path = maker.kind === 'session' ? '/api/admin/users/new' : '/api/v1/admin/users/new';
    const made = await this.#ask<{ user: { id: number } | null }>(maker, 'POST', path, body);
    if (made.status !== 200 || (made.body.user ?? null) === null) return;
    await this.#logIn(maker, { username, password: PASSWORD }, { grants: ROLE_POWERS[role], role });
  }

  /** The text of a key as the password: what a fresh server takes. */
  async logInWith(maker: Holding): Promise<void> {
    if (maker.kind === 'key')
      await this.#logIn(maker, { password: maker.secret }, { grants: ['*'], role: 'admin' });
  }

  async #logIn(
    maker: Holding,
    body: object,
    { grants, role }: { grants: readonly string[]; role: keyof typeof ROLE_POWERS },
  ): Promise<void> {
    const options = { key: null, body };
    const answer = await this.server.request<{ token: string | null; user?: { id: number } | null }>(
      'POST',
      '/api/request-token',
      options,
    );
    const { token, user } = answer.body;
    if (token === null) return;
    const id = String(user?.id ?? '');
    // Members are added later: until then a default user is in no workspace.
    const workspaces = role === 'default' ? new Set<string>() : undefined;
    const session = this.#add({ kind: 'session', secret: token, id, grants, workspaces });
    const note = `${maker.name} made ${session.name} of an ${role}`;
    this.#must(isWithin(given(session), ceilingOf(maker)), note);
    this.#must(!isBounded(maker), `${note}, which has no budget and no end`);
  }

  async addMember(actor: Holding, user: Holding, workspace: WorkspaceName): Promise<void> {
    if (user.kind !== 'session' || user.id === '') return;
    const path = `/v1/admin/workspaces/${workspace}/manage-users`;
    const answer = await this.#ask<{ success?: boolean }>(actor, 'POST', path, {
      userIds: [Number(user.id)],
    });
    if (answer.status !== 200 || answer.body.success !== true) return;
    if (user.workspaces === undefined) return;
    user.workspaces = new Set([...user.workspaces, workspace]);
    const { scopes, workspaces } = ceilingOf(actor);
    const note = `${actor.name} let ${user.name} into ${workspace}`;
    this.#must(scopes.has('workspaces:chat') && (workspaces?.has(workspace) ?? true), note);
    this.#must(!isBounded(actor), `${note}, who has no budget and no end`);
  }

  async makeWidget(maker: Holding, workspace: WorkspaceName): Promise<void> {
    const body = { workspace_slug: workspace, chat_mode: 'chat', allowlist_domains: [SITE] };
    const answer = await this.#ask<{ embed?: { uuid: string } | null }>(
      maker,
      'POST',
      '/api/v1/embed/new',
      body,
    );
    const uuid = answer.body.embed?.uuid;
    if (answer.status !== 200 || uuid === undefined) return;
    const widget = this.#add({
      kind: 'widget',
      secret: uuid,
      id: uuid,
      grants: ['workspaces:chat'],
      workspaces: new Set([workspace]),
      // A widget always ends with its maker and spends what that may spend.
      ancestors: [maker, ...maker.ancestors],
    });
    const note = `${maker.name} made ${widget.name}`;
    this.#must(isWithin(given(widget), ceilingOf(maker)), note);
  }

  /** Makes a model work, and charges what it took to all whose budgets that is. */
  async spend(actor: Holding, wanted: WorkspaceName | null): Promise<void> {
    // A session has no way to a model but a workspace.
    const workspace = actor.kind === 'session' ? (wanted ?? 'red') : wanted;
    const before = this.#answered();
    const could = ceilingOf(actor);
    await this.#question(actor, workspace);
    const took = (this.#answered() - before) * TOKENS_PER_ANSWER;
    if (took === 0) return;
    const where = actor.kind === 'widget' ? [...(could.workspaces ?? [])][0] : workspace;
    const note = `${actor.name} made a model work (${where ?? 'no workspace'})`;
    const isPlain = actor.kind === 'key' && workspace === null;
    this.#must(could.scopes.has(isPlain ? 'models:use' : 'workspaces:chat'), note);
    if (!isPlain) this.#must(could.workspaces?.has(where ?? '') ?? true, note);
    for (const pool of poolsOf(actor)) {
      pool.spent += took;
      this.#must(pool.spent <= pool.amount, `${note}: past a budget of ${pool.amount}`);
    }
  }

  async #question(actor: Holding, workspace: WorkspaceName | null): Promise<unknown> {
    if (actor.kind === 'widget') {
      const body = JSON.stringify({ sessionId: randomUUID(), message: 'hello' });
      const headers = { 'content-type': 'text/plain', origin: SITE };
      return this.server.request('POST', `/api/embed/${actor.secret}/stream-chat`, {
        key: null,
        body,
        headers,
      });
    }
    const message = { message: 'hello', mode: 'chat' };
    if (actor.kind === 'session')
      return this.#ask(actor, 'POST', `/api/workspace/${workspace}/stream-chat`, message);
    if (workspace !== null) return this.#ask(actor, 'POST', `/api/v1/workspace/${workspace}/chat`, message);
    const messages = [{ role: 'user', content: 'hello' }];
    return this.#ask(actor, 'POST', '/v1/chat/completions', { model: 'gpt-test', messages, max_tokens: 10 });
  }

  #answered(): number {
    return this.#upstream.received.filter(({ path }) => path.endsWith('/chat/completions')).length;
  }

  /** Asks everything of everybody: nobody can do what no chain of grants gave them. */
  async probe(): Promise<void> {
    for (const holding of this.holdings) {
      if (holding.kind === 'widget') continue;
      const { scopes, workspaces } = ceilingOf(holding);
      for (const [scope, path] of PROBES) {
        const { status, text } = await this.#ask(holding, 'GET', path);
        if (status < 400) this.#must(scopes.has(scope), `${holding.name}: GET ${path}: ${text}`);
      }
      for (const name of WORKSPACES) {
        const answer = await this.#ask<{ workspace?: unknown[] }>(
          holding,
          'GET',
          `/api/v1/workspace/${name}`,
        );
        if (answer.status === 200 && (answer.body.workspace?.length ?? 0) > 0)
          this.#must(workspaces?.has(name) ?? true, `${holding.name} sees ${name}`);
      }
    }
  }

  #ask<T>(who: Holding, method: string, path: string, body?: object): Promise<Answer<T>> {
    return this.server.request<T>(method, path, {
      key: who.kind === 'widget' ? null : who.secret,
      ...(body === undefined ? {} : { body }),
      isPassedOn: path.startsWith('/v1/chat/'),
    });
  }

  #must(holds: boolean, note: string): void {
    if (!holds) this.violations.push(note);
  }

  #add(holding: Partial<Holding> & Pick<Holding, 'kind' | 'secret' | 'id' | 'grants'>): Holding {
    const name = `${holding.kind} ${this.holdings.length}`;
    const made = { name, workspaces: undefined, pool: undefined, ends: false, ancestors: [], isEnded: false };
    this.holdings.push({ ...made, ...holding });
    return this.holdings.at(-1) as Holding;
  }
}

/** It never holds more than what is above it does at that moment, however wide it was made. */
const isBelow = (target: Holding, actor: Holding): boolean => target.ancestors.includes(actor);

/** Allowed for a caller that holds as much, or manages owners and is bound to nothing; always for oneself. */
const mayTakeFrom = (
  actor: Holding,
  target: Holding,
  { before, could }: { before: Ceiling; could: Ceiling },
): boolean =>
  actor === target ||
  isWithin(before, could) ||
  (could.scopes.has('owners:manage') && could.workspaces === undefined);

const budgetOf = (amount: number) => ({
  name: 'tokens',
  unit: 'tokens',
  amount: String(amount),
  period: 'day',
});

const PROBES = [
  ['keys:read', '/v1/keys'],
  ['usage:read', '/v1/usage'],
  ['audit:read', '/v1/audit'],
  ['models:manage', '/v1/upstreams'],
  ['keys:read', '/v1/owners'],
  ['users:manage', '/api/v1/admin/users'],
  ['workspaces:read', '/api/v1/workspaces'],
  ['documents:read', '/api/v1/documents'],
  ['embeds:manage', '/api/v1/embed'],
  ['models:use', '/v1/models'],
] as const;
