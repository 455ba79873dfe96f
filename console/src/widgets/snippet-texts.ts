import { ADDRESS } from '../api/client.ts';

/** For pages that have a copy of AnythingLLM's widget script. */
export const scriptSnippet = (uuid: string): string =>
  [
    '<script src="/anythingllm-chat-widget.min.js"',
    `        data-embed-id="${uuid}"`,
    `        data-base-api-url="${ADDRESS}/api/embed"></script>`,
  ].join('\n');

/** A form that needs no other file. The answer is set as text: a model could write HTML. */
export const formSnippet = (uuid: string): string => `<form id="keyward-chat">
  <input name="message" aria-label="Question" placeholder="Ask a question" required>
  <button>Ask</button>
  <p id="keyward-answer" role="status" style="white-space: pre-wrap"></p>
</form>
<script type="module">
  const address = '${ADDRESS}/api/embed/${uuid}/stream-chat';
  const form = document.querySelector('#keyward-chat');
  const answer = document.querySelector('#keyward-answer');
  const sessionId = crypto.randomUUID();
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    const message = new FormData(form).get('message');
    answer.textContent = '…';
    const response = await fetch(address, { method: 'POST', body: JSON.stringify({ sessionId, message }) });
    const text = await response.text();
    const frames = text.startsWith('data: ')
      ? text.trim().split('\\n\\n').map((event) => JSON.parse(event.slice(6)))
      : [JSON.parse(text)];
    answer.textContent = frames.map(({ textResponse, error }) => textResponse || error || '').join('');
  });
</script>`;
