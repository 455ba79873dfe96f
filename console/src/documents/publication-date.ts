/** The server writes the time of a document as a wall clock, in UTC: `11/21/2026, 1:42:22 AM`. @returns ms since 1970 */
export function publishedMs(text: string | undefined): number | undefined {
  const ms = Date.parse(`${text ?? ''} UTC`);
  return Number.isNaN(ms) ? undefined : ms;
}
