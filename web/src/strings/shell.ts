/** Words of the frame that all pages stand in. */

export const shell = {
  skip: "Skip to the content",
  openNavigation: "Open navigation",
  closeNavigation: "Close navigation",
  account: "Account",
  accountMenu: (email: string) => `Account menu of ${email}`,
  signOut: "Sign out",
  keyboardShortcuts: "Keyboard shortcuts",
  commands: "Commands",
  searchCommands: "Search commands",
  noCommand: "No command of that name.",
  singleKeys: "Use shortcuts of a single key",
  singleKeysHint: "Switch this off when you dictate, or when keys are pressed by accident.",
  shortcutGroups: { go: "Go to", tasks: "Tasks", app: "App" },
  unsentTitle: "Some changes were not sent yet",
  unsent: (count: number) =>
    count === 1
      ? "One change waits for a connection. It is lost if you sign out now."
      : `${count} changes wait for a connection. They are lost if you sign out now.`,
  signOutAnyway: "Sign out anyway",
  notFoundTitle: "Nothing is here",
  notFound: "There is no page at this address.",
  toTasks: "To your tasks",
  failedTitle: "Something went wrong",
  connected: "All changes are saved",
  sending: (count: number) => (count === 1 ? "Saving one change" : `Saving ${count} changes`),
  offline: "You are offline.",
  offlineQueued: (count: number) =>
    count === 0
      ? "You can go on; what you change is sent when there is a connection."
      : count === 1
        ? "One change is kept here and sent when there is a connection."
        : `${count} changes are kept here and sent when there is a connection.`,
  notKept: (count: number) =>
    count === 1
      ? "This browser keeps nothing. Leave this tab open until one change is sent, or it is lost."
      : `This browser keeps nothing. Leave this tab open until ${count} changes are sent, or they are lost.`,
  refused: (reason: string) => `What you see may be out of date. ${reason}`,
  retryIn: (seconds: number) => `Next attempt in ${seconds} s.`,
};
