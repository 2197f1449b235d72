/** The pages of the account, at /account/…. */

import { ArrowLeft, CircleUser, Database, History, KeyRound, MonitorSmartphone, ShieldCheck } from "lucide-react";
import { Redirect, useLocation } from "wouter";
import { Frame } from "../shell/frame";
import { NavLink, NavLinks } from "../shell/nav_link";
import { account } from "../strings/account";
import { DataPage } from "./data_page";
import { EventsPage } from "./events_page";
import { ProfilePage } from "./profile_page";
import { SecurityPage } from "./security_page";
import { ServerState } from "./server_state";
import { SessionsPage } from "./sessions_page";
import { TokensPage } from "./tokens_page";

const PAGES = [
  { path: "/profile", title: account.profile.title, Icon: CircleUser, Page: ProfilePage },
  { path: "/security", title: account.security.title, Icon: ShieldCheck, Page: SecurityPage },
  { path: "/sessions", title: account.sessions.title, Icon: MonitorSmartphone, Page: SessionsPage },
  { path: "/tokens", title: account.tokens.title, Icon: KeyRound, Page: TokensPage },
  { path: "/events", title: account.events.title, Icon: History, Page: EventsPage },
  { path: "/data", title: account.data.title, Icon: Database, Page: DataPage },
];

export default function AccountPages() {
  const [here] = useLocation();
  const page = PAGES.find(({ path }) => path === here);
  if (!page) return <Redirect to="/profile" replace />;
  return (
    <Frame
      title={page.title}
      nav={
        <NavLinks>
          <NavLink href="~/" icon={<ArrowLeft size={18} aria-hidden />} label={account.backToTasks} current={false} />
          {PAGES.map(({ path, title, Icon }) => (
            <NavLink
              key={path}
              href={path}
              icon={<Icon size={18} aria-hidden />}
              label={title}
              current={path === here}
            />
          ))}
        </NavLinks>
      }
    >
      <ServerState>
        <page.Page />
      </ServerState>
    </Frame>
  );
}
