/** Lets tests expect exact words: Intl then takes British English for the browser's language. */

import { afterAll, beforeAll } from "vitest";

const Native = Intl.DateTimeFormat;

class BritishFormat extends Native {
  constructor(locale?: string | string[], options?: Intl.DateTimeFormatOptions) {
    super(locale ?? "en-GB", options);
  }
}

export function speakBritishEnglish(): void {
  beforeAll(() => {
    Intl.DateTimeFormat = BritishFormat as typeof Native;
  });
  afterAll(() => {
    Intl.DateTimeFormat = Native;
  });
}
