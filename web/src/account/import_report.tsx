/** What became of a file of tasks, or would become of it. */

import type { components } from "../api/schema";
import { account } from "../strings/account";
import { Notice } from "../ui/notice";
import styles from "./account.module.css";

export type Report = components["schemas"]["ImportReport"];

const words = account.data;

export function ImportReport({ report }: { report: Report }) {
  if (report.problem) return <Notice tone="error">{report.problem}</Notice>;
  const { rows = 0, created = 0, existing = 0, refused = 0, refusals = [] } = report;
  return (
    <>
      <div role="status">
        <p>
          {report.dry_run ? words.wouldBe : words.imported} {words.rows(rows)}
        </p>
        <dl className={styles.counts}>
          <Count name={words.created} count={created} />
          <Count name={words.existing} count={existing} />
          <Count name={words.refused} count={refused} />
        </dl>
        {report.dry_run && created === 0 && <p>{words.nothingNew}</p>}
      </div>
      {refusals.length > 0 && (
        <details className={styles.details}>
          <summary>{words.refusedRows}</summary>
          <ul>
            {refusals.map(({ row, errors }) => (
              <li key={row}>
                {words.row(row)}: {errors.map(({ field, message }) => `${field}: ${message}`).join(" ")}
              </li>
            ))}
          </ul>
        </details>
      )}
    </>
  );
}

function Count({ name, count }: { name: string; count: number }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{count}</dd>
    </div>
  );
}
