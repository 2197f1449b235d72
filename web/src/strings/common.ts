/** Words used in many places. */

export const common = {
  name: "Taskward",
  cancel: "Cancel",
  close: "Close",
  save: "Save",
  retry: "Try again",
  working: "Working",
  loading: "Loading",
  showPassword: "Show password",
  hidePassword: "Hide password",
  unreachable: "There is no connection to the service. Check your network and try again.",
  notUnderstood: (status: number) => `The answer was not understood (HTTP ${status}). Try again in a moment.`,
  unavailable: "The service is not available right now. Try again in a moment.",
  wait: (seconds: number) => `Too many attempts. Wait ${duration(seconds)} before the next one.`,
  copy: "Copy",
  copied: "Copied",
  required: "Fill this in.",
  tooShort: (least: number) => `Use at least ${least} characters.`,
  tooLong: (most: number) => `Use at most ${most} characters.`,
  seconds: (seconds: number) => `${seconds} s`,
  listensAgain: "You can try again now.",
  unexpected: "Something went wrong in this page. Load it again; nothing that you did before is lost.",
  reload: "Load it again",
};

/** A length of time in words: seconds, minutes from 90 seconds on, or hours from 90 minutes on. */
export function duration(seconds: number): string {
  const [amount, unit]: [number, string] =
    seconds < 90
      ? [seconds, "second"]
      : seconds < 90 * 60
        ? [Math.ceil(seconds / 60), "minute"]
        : [Math.ceil(seconds / 3600), "hour"];
  return new Intl.NumberFormat("en", { style: "unit", unit, unitDisplay: "long" }).format(amount);
}
