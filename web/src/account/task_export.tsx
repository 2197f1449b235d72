/** The tasks, as a file: at once, or by a job when they are many. */

import { useState } from "react";
import { api } from "../api/client";
import { unwrap } from "../api/problems";
import { account } from "../strings/account";
import { Button } from "../ui/button";
import { SelectField } from "../ui/field";
import { toast } from "../ui/toasts";
import styles from "./account.module.css";
import { useAction } from "./action";
import { saveBlob } from "./download";
import { JobStatus } from "./job_status";
import { isOver, type Job, useJob } from "./jobs";
import { Loaded } from "./loaded";
import { Problem } from "./problem";

const words = account.data;
const FORMATS = ["json", "csv", "ics"] as const;
type Format = (typeof FORMATS)[number];

export function TaskExport() {
  const { question, ...action } = useAction();
  const { query, known, begin, forget } = useJob("task_export");
  const [format, setFormat] = useState<Format>("json");

  const start = () =>
    action.run(async () => {
      const params = { query: { format } };
      const { data, response } = await unwrap(api.POST("/tasks/export", { params, parseAs: "blob" }));
      if (response.status === 202) {
        begin(JSON.parse(await data.text()) as Job);
        return;
      }
      const name = fileName(response) ?? `tasks.${format}`;
      saveBlob(data, name);
      forget();
      toast(words.saved(name));
    });

  return (
    <div className={styles.form}>
      <SelectField label={words.format} value={format} onChange={({ target }) => setFormat(target.value as Format)}>
        {FORMATS.map((one) => (
          <option key={one} value={one}>
            {words.formats[one]}
          </option>
        ))}
      </SelectField>
      {known && <Loaded query={query}>{(job) => <JobStatus job={job} />}</Loaded>}
      <Problem {...action} />
      <Button busy={action.busy || (known && query.data !== undefined && !isOver(query.data))} onClick={start}>
        {words.tasksStart}
      </Button>
      {question}
    </div>
  );
}

function fileName(response: Response): string | undefined {
  return /filename="([^"]+)"/.exec(response.headers.get("Content-Disposition") ?? "")?.[1];
}
