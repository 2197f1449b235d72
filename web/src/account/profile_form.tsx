/** Name and time zone. */

import { useState } from "react";
import { api } from "../api/client";
import { unwrap } from "../api/problems";
import { isName } from "../auth/rules";
import { updateUser, useUser } from "../session/session";
import { account } from "../strings/account";
import { common } from "../strings/common";
import { Button } from "../ui/button";
import { SelectField, TextField } from "../ui/field";
import { useTextForm } from "../ui/text_form";
import { toast } from "../ui/toasts";
import styles from "./account.module.css";
import { FormEnd } from "./form_end";

const ZONES = Intl.supportedValuesOf("timeZone");
const HERE = Intl.DateTimeFormat().resolvedOptions().timeZone;

export function ProfileForm() {
  const user = useUser();
  const saved = user?.timezone ?? "";
  // What is chosen here counts until it is saved; else what the account has, which may change elsewhere.
  const [chosen, setChosen] = useState<string | null>(null);
  const timezone = chosen ?? saved;
  const [savedName, setSavedName] = useState(user?.name ?? "");
  const form = useTextForm({
    initial: { name: savedName },
    rules: { name: isName },
    optional: ["name"],
    send: async ({ name }) => {
      // What was not changed here is left as it is: it may have been changed elsewhere.
      const body = {
        ...(name !== savedName && { name: name.trim() || null }),
        ...(chosen !== null && { timezone: chosen || null }),
      };
      const { data } = await unwrap(api.PATCH("/account", { body }));
      updateUser(data);
      setChosen(null);
      setSavedName(name);
      toast(account.profile.saved);
    },
  });
  // A zone may be known by another name here: `Asia/Calcutta` for `Asia/Kolkata`.
  const zones = [...new Set([...ZONES, HERE, saved])].filter(Boolean).sort();

  return (
    <form className={styles.form} onSubmit={form.onSubmit} noValidate>
      <TextField
        label={account.profile.name}
        hint={account.profile.nameHint}
        autoComplete="name"
        {...form.field("name")}
      />
      <SelectField
        label={account.profile.timezone}
        hint={account.profile.timezoneHint}
        value={timezone}
        onChange={(event) => setChosen(event.target.value)}
      >
        <option value="">{account.profile.noTimezone}</option>
        {zones.map((zone) => (
          <option key={zone} value={zone}>
            {zone.replaceAll("_", " ")}
          </option>
        ))}
      </SelectField>
      {timezone !== HERE && <Button onClick={() => setChosen(HERE)}>{account.profile.deviceZone(HERE)}</Button>}
      <FormEnd form={form} submit={common.save} />
    </form>
  );
}
