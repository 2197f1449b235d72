/** Tasks out of a file: first what would become of it, then for real. */

import { type ChangeEvent, useState } from "react";
import { account } from "../strings/account";
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
  const { query, known, begin, forget } = useJob("task_import");
  const [chosen, setChosen] = useState<Chosen | null>(null);
  const [format, setFormat] = useState<ImportFormat | null>(null);
  const [wrong, setWrong] = useState<string>();
  const [report, setReport] = useState<Report | null>(null);
  /** Whether the job that is known, or the last one, only looked. */
  const [looked, setLooked] = useState(false);
  const job = known ? query.data : undefined;
  const formats = chosen ? formatsOf(chosen.name) : [];

  async function choose({ target }: ChangeEvent<HTMLInputElement>): Promise<void> {
    const file = target.files?.[0];
    const [first] = file ? formatsOf(file.name) : [];
    setReport(null);
    setLooked(false);
    forget();
    setWrong(!file ? undefined : !first ? words.fileKind : file.size > MAX_BYTES ? words.fileSize : undefined);
    const right = file && first && file.size <= MAX_BYTES;
    // Read now: what is imported is what was looked at, even if the file is changed in between.
    setChosen(right ? { name: file.name, content: new Blob([await file.arrayBuffer()]) } : null);
    setFormat(first ?? null);
  }

  const send = (dryRun: boolean) =>
    action.run(async () => {
      if (!chosen || !format) return;
      const answer = await sendImport(chosen.content, format, dryRun);
      setLooked(dryRun);
      if ("kind" in answer) {
        setReport(null);
        begin(answer);
      } else {
        forget();
        setReport(answer);
      }
    });

  const waiting = action.busy || (job !== undefined && !isOver(job));
  const ready = looked && (report ? (report.created ?? 0) > 0 : job?.state === "done");
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
            setReport(null);
            setLooked(false);
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
            <JobStatus job={running} done={looked ? words.lookedAt : words.importDone} download={account.jobs.report} />
          )}
        </Loaded>
      )}
      <Problem {...action} />
      {chosen && (
        <div className={styles.row}>
          {!ready && (
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
