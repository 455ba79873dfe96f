import { Alert, Text } from '@mantine/core';
import { ActorName } from '../keys/key/actor-name.tsx';
import { OwnerById } from '../owners/owner-by-id.tsx';
import { CopyAs } from '../page/copy-as.tsx';
import { columnsOf, DataTable } from '../page/data-table.tsx';
import { Facts, type Fact } from '../page/facts.tsx';
import { Page, Section } from '../page/page.tsx';
import { Problem } from '../page/problem.tsx';
import { Time } from '../page/time.tsx';
import { isOver, type AdminJob } from './job-queries.ts';
import { JobWay, Queued, Waiting, WorkerLink } from './job-way.tsx';
import { Receipt } from './receipt.tsx';

/** The job of another owner: everything but what its client and its worker have written. */
export function OthersJob({ job, error }: { job: AdminJob; error: unknown }) {
  const { job_id: id, error_code: code } = job;
  return (
    <Page title={id} actions={<CopyAs operation="admin.job" path={{ id }} cli={['admin', 'job', id]} />}>
      <Problem error={error} />
      <Queued job={job} />
      <Alert color="gray" title="A job of another owner">
        <Text size="sm">
          Only its owner reads its prompt, its output, its result and the message of an error. This page shows
          none of them.
        </Text>
        {!isOver(job) && (
          <Text size="sm">
            Only its owner cancels it. To stop it now, disable or revoke <ActorName actor={job.key_id} />,
            with everything else that it runs.
          </Text>
        )}
      </Alert>
      {code !== null && <Alert color="red" title={`Ended with: ${code.replaceAll('_', ' ')}`} />}
      <Waiting job={job} />
      <JobWay job={job} />
      <JobFacts job={job} />
      {job.attempts.length > 0 && (
        <Section title="Attempts">
          <DataTable
            label="Attempts"
            columns={ATTEMPTS}
            rows={job.attempts}
            rowId={({ attempt }) => String(attempt)}
          />
        </Section>
      )}
      {job.receipt !== null && <Receipt receipt={job.receipt} />}
    </Page>
  );
}

function JobFacts({ job }: { job: AdminJob }) {
  const { owner_id: owner } = job;
  return (
    <Facts
      label="About the job"
      facts={[
        ['Owner', <OwnerById id={owner} />],
        ['Submitted by', <ActorName actor={job.key_id} />],
        ['Type', job.type],
        ['Priority', job.priority],
        ['Attempts', `${job.attempt} of ${job.max_attempts}`],
        ['An attempt may take', `${job.run_timeout_seconds} s`],
        ...(isOver(job) ? [] : [['May wait until', <Time at={job.expires_at} />] satisfies Fact]),
      ]}
    />
  );
}

const ATTEMPTS = columnsOf<AdminJob['attempts'][number]>(
  ['Attempt', ({ attempt }) => attempt],
  ['Worker', ({ worker_id: id }) => <WorkerLink id={id} />],
  ['Outcome', ({ outcome }) => outcome.replaceAll('_', ' ')],
  ['Error', ({ error_code: code }) => code?.replaceAll('_', ' ') ?? ''],
  ['Started', ({ started_at: at }) => <Time at={at} />],
  ['Ended', ({ ended_at: at }) => <Time at={at} />],
);
