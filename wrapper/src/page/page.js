// The page of the wrapper's own key. It sends no key and is sent none: the server answers with its own.

const byId = (id) => document.getElementById(id);
const form = byId('form');
const workspace = byId('workspace');
const question = byId('question');
const stop = byId('stop');
const answer = byId('answer');
/** Of this page alone: after it is reloaded, a new conversation begins. */
const session = crypto.randomUUID();

let running;

function show(problem) {
  byId('problem').textContent = problem;
}

function list(id, texts) {
  const items = texts.map((text) => {
    const item = document.createElement('li');
    item.textContent = text;
    return item;
  });
  byId(id).replaceChildren(...items);
}

function send(body, { accept = 'application/json', signal } = {}) {
  return fetch('/graphql', {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-keyward-csrf': '1', accept },
    body: JSON.stringify(body),
    credentials: 'same-origin',
    signal,
  });
}

async function ask(query, variables) {
  const { data, errors } = await (await send({ query, variables })).json();
  if (errors) throw new Error(errors[0].message);
  return data;
}

/** The results of a subscription: the data of each event `next`, until `complete`. */
async function* subscribe(query, variables, signal) {
  const response = await send({ query, variables }, { accept: 'text/event-stream', signal });
  if (response.headers.get('content-type')?.startsWith('text/event-stream') !== true) {
    const { errors } = await response.json();
    throw new Error(errors?.[0]?.message ?? `The server answered ${response.status}.`);
  }
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = '';
  for (;;) {
    const { done, value } = await reader.read();
    if (done) throw new Error('The connection ended before the answer was whole.');
    const events = (rest + value).split('\n\n');
    rest = events.pop();
    for (const event of events) {
      if (/^event: complete$/m.test(event)) return;
      const data = /^data: (.*)$/m.exec(event)?.[1];
      if (/^event: next$/m.test(event) && data) yield JSON.parse(data);
    }
  }
}

async function showWorkspaces() {
  const { workspaces } = await ask('{ workspaces(first: 200) { nodes { slug name } } }');
  workspace.replaceChildren(...workspaces.nodes.map(({ slug, name }) => new Option(name, slug)));
  if (workspaces.nodes.length === 0)
    show('There are no workspaces yet. Create one in the service, then reload this page.');
  else await showDocuments();
}

async function showDocuments() {
  const query = `query ($slug: ID!) {
    workspace(slug: $slug) { documents(first: 200) { totalCount nodes { pinned document { title } } } }
  }`;
  const found = await ask(query, { slug: workspace.value });
  const nodes = found.workspace?.documents.nodes ?? [];
  list('documents', nodes.length === 0 ? ['None yet.'] : nodes.map(titleOf));
}

const titleOf = ({ pinned, document }) => (pinned ? `${document.title} (in every question)` : document.title);

const CHAT = `subscription ($workspace: ID!, $message: String!, $session: ID) {
  chat(workspace: $workspace, message: $message, session: $session) {
    kind: __typename
    ... on ChatText { text }
    ... on ChatSources { sources { title } }
  }
}`;

async function chat() {
  running = new AbortController();
  const variables = { workspace: workspace.value, message: question.value, session };
  for await (const { data, errors } of subscribe(CHAT, variables, running.signal)) {
    if (errors) throw new Error(errors[0].message);
    if (data.chat.kind === 'ChatText') answer.append(data.chat.text);
    if (data.chat.kind === 'ChatSources')
      list('sources', [...new Set(data.chat.sources.map(({ title }) => title ?? 'A document'))]);
  }
}

async function busy(work) {
  show('');
  try {
    await work();
  } catch (error) {
    if (error.name !== 'AbortError') show(error.message);
  }
}

form.addEventListener('submit', (event) => {
  event.preventDefault();
  if (running !== undefined) return;
  answer.textContent = '';
  list('sources', []);
  answer.ariaBusy = 'true';
  stop.hidden = false;
  void busy(chat).then(() => {
    running = undefined;
    answer.ariaBusy = 'false';
    stop.hidden = true;
  });
});
stop.addEventListener('click', () => running?.abort());
workspace.addEventListener('change', () => void busy(showDocuments));
question.addEventListener('keydown', (event) => {
  if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) form.requestSubmit();
});

void busy(showWorkspaces);
