/** Why something was refused, where it was asked for; with what can be done about it, where it is known. */

import { account } from "../strings/account";
import { duration } from "../strings/common";
import type { Submission } from "../ui/forms";
import { Notice } from "../ui/notice";
import { SubmissionNotice } from "../ui/submission_notice";
import { VerifyFirst } from "./verify_first";

type ProblemProps = Pick<Submission, "problem" | "refused" | "wait">;

export function Problem({ problem, refused, wait }: ProblemProps) {
  switch (refused?.code) {
    case "email_unverified":
      return <VerifyFirst />;
    case "last_way_in":
      return <Notice tone="error">{account.security.lastWayIn}</Notice>;
    case "too_many_jobs":
      return <Notice tone="warning">{account.jobs.tooMany(duration(refused.retryAfter ?? wait))}</Notice>;
    default:
      return <SubmissionNotice problem={problem} refused={refused} wait={wait} />;
  }
}
