import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { useMay, useSession } from '../session/session-queries.ts';
import { JobPage, LoadingJob } from './job-page.tsx';
import { anyJobQuery } from './job-queries.ts';
import { OthersJob } from './others-job.tsx';

/** The own job, or as an administrator that of another owner. */
export function AnyJobPage() {
  const may = useMay();
  return may('workers:manage') ? <ForAdministrator /> : <JobPage />;
}

function ForAdministrator() {
  const { id } = useParams({ from: '/frame/jobs/$id' });
  const { owner_id: own } = useSession();
  const job = useQuery(anyJobQuery(id));
  if (job.data === undefined) return <LoadingJob query={job} />;
  return job.data.owner_id === own ? <JobPage /> : <OthersJob job={job.data} error={job.error} />;
}
