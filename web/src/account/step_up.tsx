/** Changes that take a recent authentication: when the service asks for one, so does a dialog, and the change goes on. */

import { type ReactNode, useState } from "react";
import { api } from "../api/client";
import { Refused, unwrap } from "../api/problems";
import type { components } from "../api/schema";
import { useUser } from "../session/session";
import { Cancelled } from "../ui/forms";
import { StepUpDialog } from "./step_up_dialog";

interface StepUp {
  /**
   * Does it, after a step up if need be.
   *
   * @param action is begun again after the step up: nothing of it may have been done when the service asks for one.
   * @param password what was just given for the action itself: it is not asked for a second time.
   * @throws {Cancelled} the user did not want to say who they are; nothing was done.
   */
  confirmed: <Result>(action: () => Promise<Result>, password?: string) => Promise<Result>;
  /** To be rendered: the dialog, while it asks. Never inside a form, and inside the dialog that asked, if there is one. */
  question: ReactNode;
}

interface Asked {
  password: string | undefined;
  proved: () => void;
  cancelled: () => void;
}

export function useStepUp(): StepUp {
  const user = useUser();
  const [asked, setAsked] = useState<Asked | null>(null);

  function ask(password: string | undefined): Promise<void> {
    return new Promise<void>((resolve, reject) => {
      setAsked({ password, proved: resolve, cancelled: () => reject(new Cancelled()) });
    }).finally(() => setAsked(null));
  }

  async function confirmed<Result>(action: () => Promise<Result>, password?: string): Promise<Result> {
    try {
      return await action();
    } catch (error) {
      if (!(error instanceof Refused && error.code === "reauthentication_required")) throw error;
    }
    if (password !== undefined && !user?.second_factor) await prove({ password });
    else await ask(password);
    return action();
  }

  const question = asked && (
    <StepUpDialog password={asked.password} onProved={asked.proved} onCancel={asked.cancelled} />
  );
  return { confirmed, question };
}

/** Tells the service who it is. */
export async function prove(proof: components["schemas"]["Reauthentication"]): Promise<void> {
  await unwrap(api.POST("/auth/reauthenticate", { body: proof }));
}
