/** Copies a text, and says whether that worked. */

import { account } from "../strings/account";
import { common } from "../strings/common";
import { Button } from "../ui/button";
import { toast } from "../ui/toasts";

interface CopyButtonProps {
  text: string;
  /** What the text is: part of the button's accessible name. */
  of: string;
}

export function CopyButton({ text, of }: CopyButtonProps) {
  async function copy(): Promise<void> {
    try {
      await navigator.clipboard.writeText(text);
      toast(common.copied);
    } catch {
      toast(account.copyFailed, { error: true });
    }
  }
  return (
    <Button onClick={copy} aria-label={`${common.copy}: ${of}`}>
      {common.copy}
    </Button>
  );
}
