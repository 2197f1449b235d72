/** Why a form was not accepted, as far as no field says it; and for how long the service does not listen. */

import { common } from "../strings/common";
import type { Submission } from "./forms";
import { Notice } from "./notice";

export function SubmissionNotice({ problem, refused, wait }: Pick<Submission, "problem" | "refused" | "wait">) {
  if (refused?.status !== 429) return problem && <Notice tone="error">{problem}</Notice>;
  if (wait === 0) return <Notice>{common.listensAgain}</Notice>;
  return (
    <>
      {/* Told once, with the wait that there was at first: nobody wants each second read out. */}
      <div className="visually-hidden" role="alert">
        {common.wait(refused.retryAfter ?? wait)}
      </div>
      <Notice tone="warning" silent>
        {common.wait(wait)}
      </Notice>
    </>
  );
}
