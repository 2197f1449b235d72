/** Words of the pages where people get in. */

export const auth = {
  address: "E-mail address",
  addressRule: "Give an address such as name@example.com.",
  password: "Password",
  newPassword: "New password",
  passwordHint: (least: number) => `At least ${least} characters. Spaces and all other characters are welcome.`,
  toSignIn: "Go to sign in",

  strength: {
    label: "How hard it is to guess:",
    words: ["very easy", "easy", "not hard", "hard", "very hard"] as const,
  },

  signIn: {
    title: "Sign in",
    send: "Sign in",
    forgot: "Forgot your password?",
    stranger: "No account yet?",
    signUp: "Create one",
    or: "or",
    passkey: "Sign in with a passkey",
    over: {
      expired: "You were signed out because you were away for long. Sign in to go on where you were.",
      ended: "Your session was ended. Sign in to go on.",
      signed_out: "You are signed out.",
      deleted: "Your account and all that was in it is deleted.",
    } as Record<string, string | undefined>,
    late: "That took too long. Begin again with your password.",
  },

  passkey: {
    cancelled: "No passkey was used. Try again, or sign in with your password.",
    unsupported: "This browser cannot use passkeys here. Sign in with your password.",
  },

  code: {
    title: "Enter your code",
    text: "Your account asks for a second proof that it is you.",
    app: "Code",
    appHint: "The six digits that your authenticator app shows now.",
    recovery: "Recovery code",
    recoveryHint: "One of the codes that you kept when you set up the second factor. Each is good once.",
    send: "Sign in",
    useRecovery: "Use a recovery code",
    useApp: "Use the authenticator app",
    back: "Back to the password",
  },

  signUp: {
    title: "Create an account",
    text: "Tasks that only you can see.",
    name: "Name (optional)",
    nameHint: "What to call you.",
    send: "Create account",
    known: "Have an account already?",
    signIn: "Sign in",
  },

  forgot: {
    title: "Forgot your password?",
    text: "Say which address your account has, and a link for a new password is sent there.",
    send: "Send the link",
    sentTitle: "Look into your mail",
    sent: (address: string) =>
      `If there is an account with the address ${address}, a link is on its way there. It is good for 15 minutes.`,
    again: "No mail? Look among the junk, check the address, and try again.",
    tryAgain: "Use another address",
    disabled: "This service sends no mail, so nobody can set a new password by a link. Ask whoever runs it.",
    back: "Back to sign in",
  },

  reset: {
    title: "Set a new password",
    text: "You will be signed out everywhere, and sign in with the new password.",
    send: "Set the password",
    doneTitle: "The password is set",
    done: "You are signed out everywhere. Sign in with the new password.",
    another: "Have another link sent",
  },

  link: {
    missing: "This link is not complete. Open it from the mail again.",
    toTasks: "Go to your tasks",
    "verify-email": {
      title: "Verify your address",
      text: "Confirm that this address is yours.",
      send: "Verify the address",
      doneTitle: "The address is verified",
      done: "Thank you. Everything in your account is open to you now.",
    },
    "confirm-email": {
      title: "Change your address",
      text: "Confirm that from now on this is the address of your account.",
      send: "Change the address",
      doneTitle: "The address is changed",
      done: "From now on you sign in with the new address. The former one was told.",
    },
    "restore-email": {
      title: "Take the change back",
      text: "Your account gets back the address that this mail went to. Whoever is signed in to it is signed out, and its password is removed.",
      send: "Take the change back",
      doneTitle: "The change is taken back",
      done: "Your account has its former address again. A link for a new password is on its way there.",
    },
  },
};
