/** Gives a passkey another name. */

import { useId } from "react";
import { api } from "../api/client";
import { PasskeyPatch } from "../api/lengths";
import { unwrap } from "../api/problems";
import type { components } from "../api/schema";
import { account } from "../strings/account";
import { common } from "../strings/common";
import { Button } from "../ui/button";
import { Dialog } from "../ui/dialog";
import { TextField } from "../ui/field";
import { within } from "../ui/rules";
import { useTextForm } from "../ui/text_form";
import { toast } from "../ui/toasts";
import { useChanged } from "./changed";
import { Problem } from "./problem";
import { useStepUp } from "./step_up";

const words = account.passkeys;

interface PasskeyRenamingProps {
  passkey: components["schemas"]["Passkey"];
  onClose: () => void;
}

export function PasskeyRenaming({ passkey, onClose }: PasskeyRenamingProps) {
  const { confirmed, question } = useStepUp();
  const changed = useChanged();
  const id = useId();
  const form = useTextForm({
    initial: { name: passkey.name },
    rules: { name: within(PasskeyPatch.name) },
    send: async ({ name }) => {
      const params = { path: { id: passkey.id } };
      const body = { name: name.trim() };
      await confirmed(() => unwrap(api.PATCH("/account/passkeys/{id}", { params, body })));
      changed("passkeys");
      toast(words.renamed);
      onClose();
    },
  });
  return (
    <Dialog
      title={words.rename}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>{common.cancel}</Button>
          <Button type="submit" form={id} variant="primary" busy={form.busy}>
            {common.save}
          </Button>
        </>
      }
    >
      <form id={id} onSubmit={form.onSubmit} noValidate>
        <TextField label={words.name} autoFocus {...form.field("name")} />
        <Problem {...form.submission} />
      </form>
      {question}
    </Dialog>
  );
}
