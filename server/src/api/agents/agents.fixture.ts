import type { Answer, TestServer } from '../../../test/server.ts';
import type { Problem } from '../jobs/jobs.fixture.ts';

export interface StepView {
  id: string;
  state: string;
  job_id: string | null;
  error: { code: string; message: string } | null;
}

export interface ExecutionView {
  execution_id: string;
  state: string;
  error: { code: string; message: string } | null;
  progress: { over: number; total: number };
  steps: StepView[];
  outputs: Record<string, unknown>;
  output: unknown;
}

export interface WorkflowView {
  workflow_id: string;
  name: string;
  steps: { id: string; prompt: string; depends_on: string[] }[];
}

/** A client of workflows, with a key. */
export class AgentClient {
  readonly #server: TestServer;
  readonly key: string;

  constructor(server: TestServer, key: string) {
    this.#server = server;
    this.key = key;
  }

  ask<T = unknown>(method: string, path: string, body?: object): Promise<Answer<T & Problem>> {
    const options = { key: this.key, ...(body !== undefined && { body }) };
    return this.#server.request(method, `/v1/agents/${path}`, options);
  }

  create(steps?: object[], name = 'test'): Promise<Answer<WorkflowView & Problem>> {
    return this.ask('POST', 'workflows', { name, description: 'test', ...(steps && { steps }) });
  }

  /** Stores a workflow and executes it. @returns the id of the execution */
  async start(steps: object[], inputs: object = {}): Promise<string> {
    const created = await this.create(steps);
    if (created.status !== 201) throw new Error(created.text);
    const { body, text } = await this.execute(created.body.workflow_id, inputs);
    if (body.execution_id === undefined) throw new Error(text);
    return body.execution_id;
  }

  execute(workflowId: string, inputs: object = {}): Promise<Answer<ExecutionView & Problem>> {
    return this.ask('POST', `workflows/${workflowId}/execute`, { inputs });
  }

  /** At its end. */
  async end(id: string): Promise<ExecutionView> {
    return (await this.ask<ExecutionView>('GET', `executions/${id}?wait=30`)).body;
  }

  async status(id: string): Promise<ExecutionView> {
    return (await this.ask<ExecutionView>('GET', `executions/${id}/status`)).body;
  }

  /** Looks until the execution is as wanted; 20 s at most. */
  async until(id: string, isSo: (view: ExecutionView) => boolean): Promise<ExecutionView> {
    const endsMs = Date.now() + 20_000;
    for (;;) {
      const view = await this.status(id);
      if (isSo(view)) return view;
      if (Date.now() > endsMs) throw new Error(`It is ${JSON.stringify(view)}`);
    }
  }

  async events(id: string): Promise<string[]> {
    const { body } = await this.ask<{ items: { step: string | null; event: string }[] }>(
      'GET',
      `executions/${id}/logs`,
    );
    return body.items.map(({ step, event }) => `${step ?? 'execution'} ${event}`);
  }
}

export const stateOf = ({ steps }: ExecutionView, id: string): string | undefined =>
  steps.find((step) => step.id === id)?.state;
