import { render, type VNode } from "preact";
import "./ahead";
import { App } from "./app";
import { arrive } from "./arrival";
import { connectAhead, loadConfig } from "./config";
import { loadLanguage } from "./i18n";
import { warmUp } from "./i18n/format";
import { preload } from "./later";
import { screensAt } from "./screens";
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
  const words = loadLanguage();
  const hasSession = expectSession();
  const screens = hasSession ? screensAt(location).map(preload) : [];
  if (hasSession) configured.then(connectAhead).catch(() => undefined);
  /* Judged below; it must not count as unheard until the words are there. */
  configured.catch(() => undefined);
  await words;
  setTimeout(warmUp);
  try {
    await configured;
    await restoreSession();
    await arrive();
    /* Shown at once, and not after a frame without it. */
    await Promise.all(screens);
  } catch (error) {
    show(<Broken by={error} />, root);
    return;
  }
  show(<App />, root);
}

/** In place of what the page itself says while it starts. */
function show(screen: VNode, root: HTMLElement): void {
  root.replaceChildren();
  render(screen, root);
}

void start();
