import { Text } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useRows } from '../api/pages.ts';
import { JobState } from '../jobs/job-state.tsx';
import { columnsOf } from '../page/data-table.tsx';
import { List } from '../page/list.tsx';
import { Page, Section } from '../page/page.tsx';
import { PageLink } from '../page/page-link.tsx';
import { Time } from '../page/time.tsx';
import { StepError } from './step-error.tsx';
import { executionsQuery, workflowsQuery, type Execution, type Workflow } from './workflow-queries.ts';

/** Workflows, whose steps are jobs, and what became of them. */
export function WorkflowsPage() {
  const workflows = useInfiniteQuery(workflowsQuery);
  const executions = useInfiniteQuery(executionsQuery);
  const made = useRows(workflows.data);
  const executed = useRows(executions.data);
  return (
    <Page
      title="Workflows"
      description="Steps that follow each other. Each step is a job, and survives a restart."
    >
      <List
        label="Workflows"
        query={workflows}
        rows={made}
        columns={WORKFLOWS}
        rowId={({ workflow_id }) => workflow_id}
        emptyTitle="There is no workflow"
      >
        <Text size="sm">
          <code>keyward agent create --name first</code> makes one.
        </Text>
      </List>
      <Section title="Executions">
        <List
          label="Executions"
          query={executions}
          rows={executed}
          columns={EXECUTIONS}
          rowId={({ execution_id }) => execution_id}
          emptyTitle="Nothing was executed yet"
        >
          <Text size="sm">
            <code>keyward agent execute WORKFLOW --input TEXT</code> starts one.
          </Text>
        </List>
      </Section>
    </Page>
  );
}

const WORKFLOWS = columnsOf<Workflow>(
  ['Name', ({ name }) => name],
  ['Description', ({ description }) => description],
  ['Steps', ({ steps }) => steps.map(({ id }) => id).join(' → ')],
  ['Changed', ({ updated_at }) => <Time at={updated_at} />],
);

const EXECUTIONS = columnsOf<Execution>(
  [
    'Execution',
    ({ execution_id }) => (
      <PageLink to="/workflows/executions/$id" params={{ id: execution_id }}>
        {execution_id}
      </PageLink>
    ),
  ],
  ['Workflow', ({ workflow_name }) => workflow_name],
  ['State', ({ state }) => <JobState state={state} />],
  ['Why', ({ error }) => <StepError error={error} />],
  ['Started', ({ created_at }) => <Time at={created_at} />],
  ['Ended', ({ finished_at }) => <Time at={finished_at} otherwise="" />],
);
