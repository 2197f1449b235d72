import { createRoot } from "react-dom/client";
import { start } from "./session/session";
import { App } from "./shell/app";
import { keepForOffline } from "./shell/offline";
import "./ui/theme.css";
import { startTheme } from "./ui/theme";

startTheme();
start();
createRoot(document.getElementById("root") as HTMLElement).render(<App />);
keepForOffline();
