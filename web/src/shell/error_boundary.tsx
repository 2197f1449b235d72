/** What is shown when the page itself fails. */

import { Component, type ReactNode } from "react";
import { common } from "../strings/common";
import { shell } from "../strings/shell";
import { Button } from "../ui/button";

export class ErrorBoundary extends Component<{ children: ReactNode }, { failed: boolean }> {
  override state = { failed: false };

  static getDerivedStateFromError() {
    return { failed: true };
  }

  override render() {
    if (!this.state.failed) return this.props.children;
    return (
      <main style={{ maxWidth: "32rem", margin: "4rem auto", padding: "0 1rem", display: "grid", gap: "1rem" }}>
        <h1>{shell.failedTitle}</h1>
        <p role="alert">{common.unexpected}</p>
        <Button variant="primary" onClick={() => location.reload()}>
          {common.reload}
        </Button>
      </main>
    );
  }
}
