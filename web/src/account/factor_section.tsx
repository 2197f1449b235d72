/** The second factor: set up, its recovery codes, and turned off. */

import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { api } from "../api/client";
import { unwrap } from "../api/problems";
import type { components } from "../api/schema";
import { useUser } from "../session/session";
import { account } from "../strings/account";
import { Button } from "../ui/button";
import { ConfirmDialog } from "../ui/dialog";
import { Notice } from "../ui/notice";
import styles from "./account.module.css";
import { useAction } from "./action";
import { useChanged } from "./changed";
import { Enrolment } from "./enrolment";
import { FactorRemoval } from "./factor_removal";
import { Loaded } from "./loaded";
import { Problem } from "./problem";
import { secondFactorQuery } from "./queries";
import { RecoveryCodes } from "./recovery_codes";
import { Section } from "./section";
import { VerifyFirst } from "./verify_first";
import { When } from "./when";

type SecondFactor = components["schemas"]["SecondFactor"];

const words = account.factor;
const FEW_CODES = 3;

export function FactorSection() {
  const query = useQuery(secondFactorQuery);
  const [codes, setCodes] = useState<readonly string[] | null>(null);
  return (
    <Section title={words.title}>
      <p>{words.about}</p>
      {codes ? (
        <RecoveryCodes codes={codes} onKept={() => setCodes(null)} />
      ) : (
        <Loaded query={query}>
          {(factor) => (factor.enabled ? <On factor={factor} onCodes={setCodes} /> : <Off onCodes={setCodes} />)}
        </Loaded>
      )}
    </Section>
  );
}

interface OffProps {
  onCodes: (codes: readonly string[]) => void;
}

function Off({ onCodes }: OffProps) {
  const verified = useUser()?.email_verified ?? false;
  const [enrolment, setEnrolment] = useState<components["schemas"]["Enrolment"] | null>(null);
  const { question, ...action } = useAction();
  const begin = () =>
    action.run(async () => {
      setEnrolment((await unwrap(api.POST("/account/second-factor"))).data);
    });

  if (enrolment) return <Enrolment enrolment={enrolment} onCodes={onCodes} onCancel={() => setEnrolment(null)} />;
  return (
    <>
      <p>{words.off}</p>
      {verified ? (
        <>
          <Problem {...action} />
          <Button busy={action.busy} onClick={begin}>
            {words.setUp}
          </Button>
        </>
      ) : (
        <VerifyFirst />
      )}
      {question}
    </>
  );
}

interface OnProps extends OffProps {
  factor: SecondFactor;
}

function On({ factor, onCodes }: OnProps) {
  const [asking, setAsking] = useState<"renew" | "off" | null>(null);
  const left = factor.recovery_codes_left;
  return (
    <>
      <p>
        {words.on} {factor.enabled_at && <When at={factor.enabled_at} exactly />}. {words.codesLeft(left)}
      </p>
      {left < FEW_CODES && <Notice tone="warning">{words.fewLeft}</Notice>}
      <div className={styles.row}>
        <Button onClick={() => setAsking("renew")}>{words.renew}</Button>
        <Button variant="danger" onClick={() => setAsking("off")}>
          {words.turnOff}
        </Button>
      </div>
      {asking === "renew" && <Renewal onCodes={onCodes} onClose={() => setAsking(null)} />}
      {asking === "off" && <FactorRemoval onClose={() => setAsking(null)} />}
    </>
  );
}

function Renewal({ onCodes, onClose }: OffProps & { onClose: () => void }) {
  const { question, ...action } = useAction();
  const changed = useChanged();
  const renew = () =>
    action.run(async () => {
      const { data } = await unwrap(api.POST("/account/second-factor/recovery-codes"));
      changed("second-factor");
      onClose();
      onCodes(data.recovery_codes);
    });
  return (
    <ConfirmDialog title={words.renew} confirm={words.renew} busy={action.busy} onConfirm={renew} onClose={onClose}>
      <p>{words.renewText}</p>
      <Problem {...action} />
      {question}
    </ConfirmDialog>
  );
}
