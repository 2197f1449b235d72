/** The end of a form: what went wrong, and the buttons. */

import { common } from "../strings/common";
import { Button } from "../ui/button";
import type { Submission } from "../ui/forms";
import styles from "./account.module.css";
import { Problem } from "./problem";

interface FormEndProps {
  form: { busy: boolean; submission: Submission };
  /** What the button says that sends it. */
  submit: string;
  /** The form is taken back; nothing where it stays on the page. */
  onCancel?: () => void;
}

export function FormEnd({ form: { busy, submission }, submit, onCancel }: FormEndProps) {
  return (
    <>
      <Problem {...submission} />
      <div className={styles.row}>
        <Button type="submit" variant="primary" busy={busy} disabled={submission.wait > 0}>
          {submit}
        </Button>
        {onCancel && <Button onClick={onCancel}>{common.cancel}</Button>}
      </div>
    </>
  );
}
