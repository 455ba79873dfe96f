/** A header's value without its scheme; of a Basic credential also its contents. */
export function partsOfValue(value: string): string[] {
  const [, scheme, token] = /^([A-Za-z][\w-]{0,20}) +(\S.*)$/.exec(value) ?? [];
  if (scheme === undefined || token === undefined) return [value];
  if (scheme.toLowerCase() !== 'basic') return [token];
  const plain = Buffer.from(token, 'base64').toString();
  return [token, plain, plain.slice(plain.indexOf(':') + 1)];
}

/** The encodings in which a server may repeat a secret. */
export function formsOf(secret: string): string[] {
  const url = encodeURIComponent(secret);
  const bytes = Buffer.from(secret);
  const forms = [
    secret,
    url,
    url.replaceAll(/%[0-9A-F]{2}/g, (code) => code.toLowerCase()),
    url.replaceAll('%20', '+'),
    JSON.stringify(secret).slice(1, -1),
    secret.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;'),
  ];
  if (secret.length < 8) return forms;
  return [...forms, bytes.toString('hex'), bytes.toString('hex').toUpperCase(), ...base64Forms(bytes)];
}

/** Base64 of a text depends on the number of bytes before it, modulo 3; its ends depend on its neighbours. */
function base64Forms(bytes: Buffer): string[] {
  return [0, 1, 2].flatMap((before) => {
    const text = Buffer.concat([Buffer.alloc(before), bytes])
      .toString('base64')
      .replaceAll('=', '');
    const whole = Math.floor(((before + bytes.length) * 8) / 6);
    const inner = text.slice(before === 0 ? 0 : before + 1, whole);
    return [inner, inner.replaceAll('+', '-').replaceAll('/', '_')];
  });
}
