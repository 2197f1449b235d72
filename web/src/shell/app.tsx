/** The whole app: which page stands at which address, and for whom. */

import { lazy, type ReactNode, Suspense, useEffect } from "react";
import { Redirect, Route, Switch, useLocation, useSearch } from "wouter";
import { useProfile } from "../session/profile";
import { destination, useUser } from "../session/session";
import { shell } from "../strings/shell";
import { Announcer } from "../ui/announcer";
import { Toasts } from "../ui/toasts";
import { listenToKeys, useCommands } from "./commands";
import { ErrorBoundary } from "./error_boundary";
import { HelpDialogs, openHelp } from "./help";
import { preloadWhenIdle } from "./preload";

const SignInPage = lazy(() => import("../auth/sign_in_page"));
const SignUpPage = lazy(() => import("../auth/sign_up_page"));
const ForgotPasswordPage = lazy(() => import("../auth/forgot_password_page"));
const ResetPasswordPage = lazy(() => import("../auth/reset_password_page"));
const LinkPage = lazy(() => import("../auth/link_page"));
const AccountPages = lazy(() => import("../account/account_pages"));
const TasksPage = lazy(() => import("../tasks/ui/tasks_page"));

export function App() {
  return (
    <ErrorBoundary>
      <Suspense>
        <Switch>
          <Route path="/sign-in">
            <ForStrangers>
              <SignInPage />
            </ForStrangers>
          </Route>
          <Route path="/sign-up">
            <ForStrangers>
              <SignUpPage />
            </ForStrangers>
          </Route>
          <Route path="/forgot-password">
            <ForgotPasswordPage />
          </Route>
          <Route path="/reset-password">
            <ResetPasswordPage />
          </Route>
          {(["verify-email", "confirm-email", "restore-email"] as const).map((kind) => (
            <Route key={kind} path={`/${kind}`}>
              <LinkPage kind={kind} />
            </Route>
          ))}
          <Route path="/account" nest>
            <ForUser>
              <AccountPages />
            </ForUser>
          </Route>
          <Route>
            <ForUser>
              <TasksPage />
            </ForUser>
          </Route>
        </Switch>
      </Suspense>
      <Toasts />
      <Announcer />
      <HelpDialogs />
    </ErrorBoundary>
  );
}

/** Who is signed in already goes on to where they wanted to be. */
function ForStrangers({ children }: { children: ReactNode }) {
  const user = useUser();
  const search = useSearch();
  return user ? <Redirect to={destination(search)} replace /> : children;
}

/** Who is not signed in has to do that first, and then comes back. */
function ForUser({ children }: { children: ReactNode }) {
  const user = useUser();
  return user ? <SignedIn>{children}</SignedIn> : <ToSignIn />;
}

function ToSignIn() {
  const here = location.pathname + location.search;
  const query = here === "/" ? "" : `?${new URLSearchParams({ next: here })}`;
  return <Redirect to={`~/sign-in${query}`} replace />;
}

function SignedIn({ children }: { children: ReactNode }) {
  const [, navigate] = useLocation();
  useProfile();
  useEffect(listenToKeys, []);
  useEffect(preloadWhenIdle, []);
  useCommands([
    {
      id: "palette",
      label: shell.commands,
      group: "app",
      keys: ["Ctrl+K"],
      inFields: true,
      run: () => openHelp("palette"),
    },
    { id: "shortcuts", label: shell.keyboardShortcuts, group: "app", keys: ["?"], run: () => openHelp("shortcuts") },
    { id: "account", label: shell.account, group: "go", keys: ["g a"], run: () => navigate("~/account/profile") },
  ]);
  return children;
}
