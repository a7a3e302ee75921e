import { render } from "preact";
import { App } from "./app";
import { arrive } from "./arrival";
import { connectAhead, loadConfig } from "./config";
import { loadLanguage } from "./i18n";
import { warmUp } from "./i18n/format";
import { expectScreen } from "./screens";
import { expectSession, restoreSession } from "./session";
import "./styles/tokens.css";
import "./styles/base.css";
import "./styles/ui.css";
import { Broken } from "./shell/broken";
import { showTheme } from "./theme";

async function start(): Promise<void> {
  const root = document.getElementById("app") as HTMLElement;
  showTheme();
  const configured = loadConfig();
  if (expectSession()) {
    expectScreen(location.pathname);
    configured.then(connectAhead).catch(() => undefined);
  }
  /* Judged below; it must not count as unheard until the words are there. */
  configured.catch(() => undefined);
  await loadLanguage();
  setTimeout(warmUp);
  try {
    await configured;
    await restoreSession();
    await arrive();
  } catch {
    render(<Broken />, root);
    return;
  }
  render(<App />, root);
}

void start();
