/**
 * What comes up at a click is fetched when nothing else is going on: it is there at once then, and without a network,
 * from the first visit on.
 */

const LATEST_MILLISECONDS = 3_000;

export function preloadWhenIdle(): void {
  // Safari has no such callback.
  if ("requestIdleCallback" in window) requestIdleCallback(preload, { timeout: LATEST_MILLISECONDS });
  else setTimeout(preload, LATEST_MILLISECONDS);
}

function preload(): void {
  const parts = [
    import("../ui/dialog_popup"),
    import("../ui/menu_popup"),
    import("../ui/toast_viewport"),
    import("./palette"),
    import("./shortcut_sheet"),
    import("../tasks/ui/task_details"),
    import("../tasks/ui/conflict_dialog"),
    import("../tasks/words/quick_add"),
  ];
  // Whoever needs one that could not be had asks for it again.
  void Promise.allSettled(parts);
}
