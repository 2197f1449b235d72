/** Makes an access token. */

import { useId, useState } from "react";
import { api } from "../api/client";
import { NewAccessToken } from "../api/lengths";
import { unwrap } from "../api/problems";
import type { components } from "../api/schema";
import { account } from "../strings/account";
import { CheckField, SelectField, TextField } from "../ui/field";
import { within } from "../ui/rules";
import { useTextForm } from "../ui/text_form";
import styles from "./account.module.css";
import { useChanged } from "./changed";
import { FormEnd } from "./form_end";
import { useStepUp } from "./step_up";

type Scope = components["schemas"]["PersonalAccessToken"]["scopes"][number];

const words = account.tokens;
const SCOPES: Scope[] = ["tasks:read", "tasks:write"];
const DAYS = [1, 7, 30, 90, 180, 365];
const USUAL_DAYS = 90;

interface NewTokenFormProps {
  /** Takes the token's text. */
  onMade: (token: string) => void;
}

export function NewTokenForm({ onMade }: NewTokenFormProps) {
  const { confirmed, question } = useStepUp();
  const changed = useChanged();
  const [scopes, setScopes] = useState<readonly Scope[]>(["tasks:read"]);
  const [days, setDays] = useState(USUAL_DAYS);
  const scopeProblem = useId();
  const form = useTextForm({
    initial: { name: "" },
    rules: { name: within(NewAccessToken.name) },
    send: async ({ name }) => {
      if (scopes.length === 0) return;
      const body = { name: name.trim(), scopes: [...scopes], expires_in_days: days };
      const { data } = await confirmed(() => unwrap(api.POST("/account/tokens", { body })));
      changed("tokens");
      onMade(data.token);
    },
  });
  return (
    <>
      <form className={styles.form} onSubmit={form.onSubmit} noValidate>
        <TextField label={words.name} hint={words.nameHint} autoComplete="off" {...form.field("name")} />
        <fieldset className={styles.choices} aria-describedby={scopes.length === 0 ? scopeProblem : undefined}>
          <legend>{words.scopes}</legend>
          {SCOPES.map((scope) => (
            <CheckField
              key={scope}
              label={words.scope[scope]}
              checked={scopes.includes(scope)}
              onChange={({ target }) =>
                setScopes(SCOPES.filter((one) => (one === scope ? target.checked : scopes.includes(one))))
              }
            />
          ))}
          {scopes.length === 0 && (
            <p id={scopeProblem} className={styles.wrong} role="alert">
              {words.scopeNeeded}
            </p>
          )}
        </fieldset>
        <SelectField label={words.expires} value={days} onChange={({ target }) => setDays(Number(target.value))}>
          {DAYS.map((one) => (
            <option key={one} value={one}>
              {words.days(one)}
            </option>
          ))}
        </SelectField>
        <FormEnd form={form} submit={words.submit} />
      </form>
      {question}
    </>
  );
}
