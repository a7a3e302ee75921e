import { render } from "preact";
import { App } from "./app";
import { arrive } from "./arrival";
import { loadConfig } from "./config";
import { loadLanguage } from "./i18n";
import { restoreSession } from "./session";
import "./styles/tokens.css";
import "./styles/base.css";
import "./styles/ui.css";
import { Broken } from "./shell/broken";
import { showTheme } from "./theme";

async function start(): Promise<void> {
  const root = document.getElementById("app") as HTMLElement;
  showTheme();
  await loadLanguage();
  try {
    await loadConfig();
    await restoreSession();
    await arrive();
  } catch {
    render(<Broken />, root);
    return;
  }
  render(<App />, root);
}

void start();
