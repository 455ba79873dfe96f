/** Longest event that is read; a longer one is no chunk of a chat. */
const EVENT_MAX_CHARACTERS = 8 * 1024 * 1024;

/** The data of server-sent events, each as soon as it is complete; comments and other fields are left out. */
export async function* eventData(body: AsyncIterable<Buffer>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = '';
  let data: string[] = [];
  for await (const chunk of body) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    if (rest.length > EVENT_MAX_CHARACTERS) throw new Error('An event of the upstream is too long.');
    for (const line of lines) {
      const text = line.endsWith('\r') ? line.slice(0, -1) : line;
      if (text.startsWith('data:')) data.push(text.slice(text[5] === ' ' ? 6 : 5));
      else if (text === '' && data.length > 0) {
        yield data.join('\n');
        data = [];
      }
    }
  }
  // The last event of a stream that ends without an empty line.
  const last = rest.startsWith('data:') ? [...data, rest.slice(5).trim()] : data;
  if (last.length > 0) yield last.join('\n');
}
