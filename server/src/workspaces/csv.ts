/**
 * One cell of a CSV file. Text that a spreadsheet would take for a formula is put behind an apostrophe: a prompt such as
 * `=HYPERLINK(…)` would otherwise run on the machine of whoever opens the file (guarded by exports.test.ts).
 */
export function csvCell(text: string): string {
  const safe = /^\s*[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return `"${safe.replaceAll('"', '""').replaceAll(/\r\n|\r|\n/g, ' ')}"`;
}

/** A time as JavaScript prints dates, in UTC whatever the server's zone: `Sat Nov 21 2026 01:50:16 GMT+0000 (…)`. */
export function csvTime(ms: number): string {
  const [weekday = '', day = '', month = '', year = '', time = ''] = new Date(ms).toUTCString().split(' ');
  return `${weekday.replace(',', '')} ${month} ${day} ${year} ${time} GMT+0000 (Coordinated Universal Time)`;
}
