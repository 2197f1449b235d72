/** What the user keeps here: taken out, brought in, and given up. */

import { account } from "../strings/account";
import { AccountDeletion } from "./account_deletion";
import { AccountExport } from "./account_export";
import { Section } from "./section";
import { TaskExport } from "./task_export";
import { TaskImport } from "./task_import";

const words = account.data;

export function DataPage() {
  return (
    <>
      <Section title={words.exportTitle}>
        <p>{words.exportText}</p>
        <AccountExport />
      </Section>
      <Section title={words.tasksTitle}>
        <p>{words.tasksText}</p>
        <TaskExport />
      </Section>
      <Section title={words.importTitle}>
        <p>{words.importText}</p>
        <TaskImport />
      </Section>
      <Section title={account.deletion.title}>
        <p>{account.deletion.text}</p>
        <AccountDeletion />
      </Section>
    </>
  );
}
