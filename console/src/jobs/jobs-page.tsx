import { Checkbox, Group, Select, Text } from '@mantine/core';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useRows } from '../api/pages.ts';
import { OwnerById } from '../owners/owner-by-id.tsx';
import { columnsOf, type ColumnCells } from '../page/data-table.tsx';
import { List } from '../page/list.tsx';
import { PageButton } from '../page/page-controls.tsx';
import { Page } from '../page/page.tsx';
import { PageLink } from '../page/page-link.tsx';
import { Time } from '../page/time.tsx';
import { useMay } from '../session/session-queries.ts';
import { useJobs, type ListedJob } from './job-queries.ts';
import { JobState, stateWord } from './job-state.tsx';
import { WorkerLink } from './job-way.tsx';
import { STATES, type JobSearch } from './routes.ts';

/** Jobs that workers pull; the list follows what happens. */
export function JobsPage() {
  const search = useSearch({ from: '/frame/jobs' });
  const may = useMay();
  const jobs = useJobs(search);
  const rows = useRows(jobs.data);
  const submit = may('jobs:submit') && <PageButton to="/jobs/new">Submit a job</PageButton>;
  return (
    <Page title="Jobs" description="Work that waits for a worker with a GPU." actions={submit}>
      <Filters search={search} />
      <List
        label="Jobs"
        query={jobs}
        rows={rows}
        columns={search.all === true ? ALL : OWN}
        rowId={({ job_id }) => job_id}
        emptyTitle="There is no such job"
      >
        <Text size="sm">Submit one, or change the filter.</Text>
        {submit}
      </List>
    </Page>
  );
}

function Filters({ search }: { search: JobSearch }) {
  const navigate = useNavigate({ from: '/jobs' });
  const may = useMay();
  const set = (change: JobSearch): void => void navigate({ search: { ...search, ...change }, replace: true });
  return (
    <Group>
      <Select
        aria-label="State"
        placeholder="Any state"
        clearable
        searchable
        nothingFoundMessage="There is no such state"
        data={STATES.map((value) => ({ value, label: stateWord(value) }))}
        value={search.state ?? null}
        onChange={(state) => set({ state: STATES.find((one) => one === state) })}
      />
      {may('workers:manage') && (
        <Checkbox
          label="Of all owners"
          checked={search.all === true}
          onChange={(event) => set({ all: event.currentTarget.checked || undefined })}
        />
      )}
    </Group>
  );
}

const COLUMNS: ColumnCells<ListedJob>[] = [
  ['State', ({ state }) => <JobState state={state} />],
  ['Type', ({ type }) => type],
  ['Worker', ({ assigned_worker: id }) => id !== null && <WorkerLink id={id} />],
  ['Attempt', ({ attempt, max_attempts }) => `${attempt} of ${max_attempts}`],
  ['Submitted', ({ requested_at }) => <Time at={requested_at} />],
  ['Ended', ({ finished_at }) => <Time at={finished_at} otherwise="" />],
];
const jobLink = ({ job_id: id }: ListedJob) => (
  <PageLink to="/jobs/$id" params={{ id }}>
    {id}
  </PageLink>
);
const OWN = columnsOf<ListedJob>(['Job', jobLink], ...COLUMNS);
const ALL = columnsOf<ListedJob>(
  ['Job', jobLink],
  ['Owner', ({ owner_id }) => owner_id !== undefined && <OwnerById id={owner_id} />],
  ...COLUMNS,
);
