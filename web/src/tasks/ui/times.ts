/** Moments in the past, on the viewer's clock. */

const formats = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });

/** A moment of the service (RFC 3339), with date and time. */
export function moment(at: string): string {
  return formats.format(new Date(at));
}
