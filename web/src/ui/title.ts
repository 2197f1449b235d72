/** The page's title, in the browser's tab. */

import { useEffect } from "react";
import { common } from "../strings/common";

export function useTitle(title: string): void {
  useEffect(() => {
    document.title = `${title} - ${common.name}`;
  }, [title]);
}
