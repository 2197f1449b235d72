/** Saves files as downloads. */

const KEPT_MILLISECONDS = 60_000;

/** Saves what is in memory. */
export function saveBlob(content: Blob, name: string): void {
  const url = URL.createObjectURL(content);
  follow(url, name);
  // Safari begins to read it some time later.
  setTimeout(() => URL.revokeObjectURL(url), KEPT_MILLISECONDS);
}

/** Saves what is at an address, which says itself that it is a download and by what name. */
export function saveFrom(url: string): void {
  follow(url, "");
}

function follow(url: string, name: string): void {
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
}
