/** Lists that come in pages. */

/** The cursor of the next page, from a `Link` header (RFC 8288); undefined on the last one. */
export function nextCursor(response: Response): string | undefined {
  const next = /<([^>]*)>\s*;\s*rel="?next"?/.exec(response.headers.get("Link") ?? "")?.[1];
  return next === undefined ? undefined : (new URL(next, location.origin).searchParams.get("cursor") ?? undefined);
}
