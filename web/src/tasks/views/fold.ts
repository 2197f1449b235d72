/** What search makes no difference of: upper and lower case, and accents. The service's search folds in the same way. */

const BEYOND_ASCII = /\P{ASCII}/u;
const MOST_KEPT = 10_000;

const kept = new Map<string, string>();

/** A text without upper case and accents (Unicode, 3.13 and 5.18). */
export function folded(text: string): string {
  if (!BEYOND_ASCII.test(text)) return text.toLowerCase();
  let left = "";
  // One by one: what is in disorder takes Unicode's normal forms very long.
  for (const character of text) left += kept.get(character) ?? keep(character);
  return left;
}

function keep(character: string): string {
  let left = "";
  for (const part of character.normalize("NFKD")) if (!isCombining(part)) left += caseFolded(part);
  if (kept.size < MOST_KEPT) kept.set(character, left);
  return left;
}

/** Case folding differs from lower case where two small letters have the same capital, or a capital is two letters. */
function caseFolded(character: string): string {
  const small = character.toLowerCase();
  if (small === "ß") return "ss";
  return small === "ς" ? "σ" : small;
}

/** Whether it is ordered among the marks on a letter: then it changes places with a mark of a lower or a higher class. */
function isCombining(character: string): boolean {
  return /\p{M}/u.test(character) && (changesPlaces(character, "\u0334") || changesPlaces("\u0345", character));
}

function changesPlaces(first: string, second: string): boolean {
  return (first + second).normalize("NFD") !== first + second;
}
