/** Everything that is held about the user, as a file. */

import { api } from "../api/client";
import { unwrap } from "../api/problems";
import { account } from "../strings/account";
import { Button } from "../ui/button";
import { useAction } from "./action";
import { useChanged } from "./changed";
import { JobStatus } from "./job_status";
import { isOver, useJob } from "./jobs";
import { Loaded } from "./loaded";
import { Problem } from "./problem";

export function AccountExport() {
  const { question, ...action } = useAction();
  const { query, known, begin } = useJob("account_export");
  const changed = useChanged();
  const start = () =>
    action.run(async () => {
      begin((await unwrap(api.POST("/account/export"))).data);
      changed();
    });
  return (
    <>
      {known && <Loaded query={query}>{(job) => <JobStatus job={job} />}</Loaded>}
      <Problem {...action} />
      <Button busy={action.busy || (known && query.data !== undefined && !isOver(query.data))} onClick={start}>
        {account.data.exportStart}
      </Button>
      {question}
    </>
  );
}
