/** Times for changes: RFC 3339 with microseconds, each later than the one before. */
export function moments(now: () => number): () => string {
  let last = 0;
  return () => {
    last = Math.max(now() * 1000, last + 1);
    const milliseconds = new Date(Math.floor(last / 1000)).toISOString().slice(0, -1);
    return `${milliseconds}${String(last % 1000).padStart(3, "0")}Z`;
  };
}
