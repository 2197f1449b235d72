/** Tasks out of a file: first what would become of it, then for real. */

import { type ChangeEvent, useEffect, useState } from "react";
import { account } from "../strings/account";
import { taskStore } from "../tasks/use_tasks";
import { Button } from "../ui/button";
import { SelectField, TextField } from "../ui/field";
import styles from "./account.module.css";
import { useAction } from "./action";
import { ImportReport, type Report } from "./import_report";
import { formatsOf, type ImportFormat, MAX_BYTES, sendImport } from "./imports";
import { JobStatus } from "./job_status";
import { isOver, useJob } from "./jobs";
import { Loaded } from "./loaded";
import { Problem } from "./problem";

const words = account.data;

/** A file as it was when it was chosen. */
interface Chosen {
  name: string;
  content: Blob;
}

export function TaskImport() {
  const { question, ...action } = useAction();
  const lookJob = useJob("task_import_look");
  const importJob = useJob("task_import");
  const [chosen, setChosen] = useState<Chosen | null>(null);
  const [format, setFormat] = useState<ImportFormat | null>(null);
  const [wrong, setWrong] = useState<string>();
  const [report, setReport] = useState<Report | null>(null);
  const { known, query } = importJob.known ? importJob : lookJob;
  const job = known ? query.data : undefined;
  const formats = chosen ? formatsOf(chosen.name) : [];

  function startOver(): void {
    setReport(null);
    lookJob.forget();
    importJob.forget();
  }

  async function choose({ target }: ChangeEvent<HTMLInputElement>): Promise<void> {
    const file = target.files?.[0];
    const [first] = file ? formatsOf(file.name) : [];
    startOver();
    setWrong(!file ? undefined : !first ? words.fileKind : file.size > MAX_BYTES ? words.fileSize : undefined);
    const right = file && first && file.size <= MAX_BYTES;
    // Read now: what is imported is what was looked at, even if the file is changed in between.
    const content = right ? await file.arrayBuffer().catch(() => null) : null;
    if (right && !content) setWrong(words.fileUnreadable);
    setChosen(right && content ? { name: file.name, content: new Blob([content]) } : null);
    setFormat(first ?? null);
  }

  const send = (dryRun: boolean) =>
    action.run(async () => {
      if (!chosen || !format) return;
      const answer = await sendImport(chosen.content, format, dryRun);
      startOver();
      if (!("kind" in answer)) setReport(answer);
      else (dryRun ? lookJob : importJob).begin(answer);
    });

  const waiting = action.busy || (job !== undefined && !isOver(job));
  const imported = report?.dry_run === false || (importJob.known && job?.state === "done");
  // Either the report of a look at the file, or a look that is done.
  const ready = report
    ? report.dry_run && (report.created ?? 0) > 0
    : lookJob.known && !importJob.known && job?.state === "done";

  useEffect(() => {
    if (imported) void taskStore().sync();
  }, [imported]);

  return (
    <div className={styles.form}>
      <TextField
        label={words.file}
        hint={words.fileHint}
        type="file"
        accept=".json,.csv,.ics"
        error={wrong}
        onChange={(event) => void choose(event)}
      />
      {formats.length > 1 && (
        <SelectField
          label={words.format}
          value={format ?? ""}
          onChange={({ target }) => {
            setFormat(target.value as ImportFormat);
            startOver();
          }}
        >
          {formats.map((one) => (
            <option key={one} value={one}>
              {words.formats[one]}
            </option>
          ))}
        </SelectField>
      )}
      {report && <ImportReport report={report} />}
      {known && (
        <Loaded query={query}>
          {(running) => (
            <JobStatus
              job={running}
              done={importJob.known ? words.importDone : words.lookedAt}
              download={account.jobs.report}
            />
          )}
        </Loaded>
      )}
      <Problem {...action} />
      {chosen && (
        <div className={styles.row}>
          {!ready && !imported && (
            <Button busy={waiting} onClick={() => void send(true)}>
              {words.dryRun}
            </Button>
          )}
          {ready && (
            <Button variant="primary" busy={waiting} onClick={() => void send(false)}>
              {report ? words.importNow(report.created ?? 0) : words.importAll}
            </Button>
          )}
        </div>
      )}
      {question}
    </div>
  );
}
