import { Autocomplete, Stack, Textarea } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { modelsQuery } from '../models/model-queries.ts';
import { CopyAs } from '../page/copy-as.tsx';
import { Page } from '../page/page.tsx';
import { fieldError, Problem } from '../page/problem.tsx';
import { useSubmitJob } from './job-queries.ts';
import { FormActions } from '../page/form-actions.tsx';

/** A prompt for a worker. */
export function NewJobPage() {
  const [prompt, setPrompt] = useState('');
  const [model, setModel] = useState('');
  const models = useQuery(modelsQuery);
  const submit = useSubmitJob();
  const navigate = useNavigate();
  const body = { prompt, ...(model === '' ? {} : { model }) };
  return (
    <Page title="Submit a job" description="It waits until a worker that has the model takes it.">
      <form
        style={{ maxWidth: 720 }}
        onSubmit={(event) => {
          event.preventDefault();
          submit.mutate(body, {
            onSuccess: ({ job_id: id }) => void navigate({ to: '/jobs/$id', params: { id } }),
          });
        }}
      >
        <Stack>
          <Textarea
            label="Prompt"
            required
            autosize
            minRows={4}
            value={prompt}
            error={fieldError(submit.error, 'prompt')}
            onChange={(event) => setPrompt(event.currentTarget.value)}
          />
          <Autocomplete
            label="Model"
            description="Empty: any worker"
            data={[...new Set(models.data?.map(({ id }) => id))]}
            value={model}
            error={fieldError(submit.error, 'model')}
            onChange={setModel}
          />
          <Problem error={submit.error} />
          <FormActions submit={{ label: 'Submit', isPending: submit.isPending }}>
            <CopyAs
              operation="jobs.submit"
              body={body}
              cli={[
                'client',
                'submit',
                '--prompt',
                prompt || 'PROMPT',
                ...(model === '' ? [] : ['--model', model]),
              ]}
            />
          </FormActions>
        </Stack>
      </form>
    </Page>
  );
}
