/** How far a job is, and what it made. */

import { account } from "../strings/account";
import { Button } from "../ui/button";
import { useSubmission } from "../ui/forms";
import { Notice } from "../ui/notice";
import styles from "./account.module.css";
import { saveFrom } from "./download";
import { isOver, type Job, readJob } from "./jobs";
import { Problem } from "./problem";
import { When } from "./when";

const words = account.jobs;
const units = new Intl.NumberFormat("en", { notation: "compact", style: "unit", unit: "byte", unitDisplay: "narrow" });

interface JobStatusProps {
  job: Job;
  /** What is said when it is done. */
  done?: string;
  /** What the button says that downloads what it made. */
  download?: string;
}

export function JobStatus({ job, done = words.done, download = words.download }: JobStatusProps) {
  const records = words.records(job.progress);
  if (job.state === "failed") return <Notice tone="error">{words.failed}</Notice>;
  return (
    <>
      <p role="status">{job.state === "done" ? done : job.state === "running" ? words.running : words.queued}</p>
      {!isOver(job) && <progress className={styles.progress} aria-label={words.progressLabel} />}
      <p className={styles.soft}>{isOver(job) ? records : words.soFar(records)}</p>
      {job.state === "done" && job.result && (
        <>
          <Download job={job} label={`${download} (${units.format(job.result.bytes)})`} />
          <p className={styles.soft}>
            {words.until} <When at={job.expires_at} exactly />
          </p>
        </>
      )}
    </>
  );
}

function Download({ job, label }: { job: Job; label: string }) {
  const submission = useSubmission(() => {}, []);
  const download = () =>
    submission.run(async () => {
      // A link is good for minutes, the file for a day: each download has a link of its own.
      const { result } = await readJob(job.id);
      if (result) saveFrom(result.url);
    });
  return (
    <>
      <Problem {...submission} />
      <Button variant="primary" onClick={download}>
        {label}
      </Button>
    </>
  );
}
