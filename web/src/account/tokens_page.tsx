/** Access tokens for programs: listed, made, revoked. */

import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { api } from "../api/client";
import { unwrap } from "../api/problems";
import type { components } from "../api/schema";
import { useUser } from "../session/session";
import { account } from "../strings/account";
import { Button } from "../ui/button";
import { ConfirmDialog } from "../ui/dialog";
import { toast } from "../ui/toasts";
import styles from "./account.module.css";
import { useAction } from "./action";
import { useChanged } from "./changed";
import { CopyButton } from "./copy_button";
import { takeFocus } from "./focus";
import { Loaded } from "./loaded";
import { NewTokenForm } from "./new_token_form";
import { Problem } from "./problem";
import { tokensQuery } from "./queries";
import { Section } from "./section";
import { VerifyFirst } from "./verify_first";
import { When } from "./when";

type Token = components["schemas"]["PersonalAccessToken"];

const words = account.tokens;

export function TokensPage() {
  const query = useQuery(tokensQuery);
  const verified = useUser()?.email_verified ?? false;
  const [made, setMade] = useState<string | null>(null);
  const [revoking, setRevoking] = useState<Token | null>(null);
  return (
    <>
      <Section title={words.list}>
        <p>{words.about}</p>
        <Loaded query={query}>
          {(tokens) =>
            tokens.length === 0 ? (
              <p>{words.none}</p>
            ) : (
              <ul className={styles.list}>
                {tokens.map((token) => (
                  <Line key={token.id} token={token} onRevoke={() => setRevoking(token)} />
                ))}
              </ul>
            )
          }
        </Loaded>
      </Section>
      {made ? (
        <MadeToken token={made} onDone={() => setMade(null)} />
      ) : (
        <Section title={words.make}>{verified ? <NewTokenForm onMade={setMade} /> : <VerifyFirst />}</Section>
      )}
      {revoking && <Revocation token={revoking} onClose={() => setRevoking(null)} />}
    </>
  );
}

function Line({ token, onRevoke }: { token: Token; onRevoke: () => void }) {
  return (
    <li className={styles.item}>
      <div className={styles.facts}>
        <span className={styles.name}>{token.name}</span>
        <span>{token.scopes.map((scope) => words.scope[scope]).join(", ")}</span>
        <span className={styles.soft}>
          {words.until} <When at={token.expires_at} />
        </span>
        <span className={styles.soft}>
          {words.created} <When at={token.created_at} exactly />,{" "}
          {token.last_used_at ? (
            <>
              {words.used} <When at={token.last_used_at} />
            </>
          ) : (
            words.unused
          )}
        </span>
      </div>
      <Button variant="danger" aria-label={words.revokeOf(token.name)} onClick={onRevoke}>
        {words.revoke}
      </Button>
    </li>
  );
}

/** The text of a token, as long as it is on the screen and no longer. */
function MadeToken({ token, onDone }: { token: string; onDone: () => void }) {
  return (
    <Section title={words.madeTitle}>
      <p tabIndex={-1} ref={takeFocus}>
        {words.madeText}
      </p>
      <code className={styles.secret}>{token}</code>
      <div className={styles.row}>
        <CopyButton text={token} of={words.token} />
        <Button variant="primary" onClick={onDone}>
          {words.done}
        </Button>
      </div>
    </Section>
  );
}

function Revocation({ token, onClose }: { token: Token; onClose: () => void }) {
  const { question, ...action } = useAction();
  const changed = useChanged();
  const revoke = () =>
    action.run(async () => {
      await unwrap(api.DELETE("/account/tokens/{id}", { params: { path: { id: token.id } } }));
      changed("tokens");
      toast(words.revoked);
      onClose();
    });
  return (
    <ConfirmDialog
      title={words.revokeTitle}
      confirm={words.revoke}
      danger
      busy={action.busy}
      onConfirm={revoke}
      onClose={onClose}
    >
      <p>{words.revokeText(token.name)}</p>
      <Problem {...action} />
      {question}
    </ConfirmDialog>
  );
}
