import { areas } from "./i18n/en/areas";
import { screensAt } from "./screens";
import { remembered, SESSION } from "./storage";

/*
 * Runs before all that a screen stands on has come, so that the screen of this address comes beside it and not after it.
 * Whoever needs it asks for it again and judges what went wrong. Words come in English, which all fall back on.
 */
if (remembered(SESSION) !== null) {
  for (const { load, words } of screensAt(location)) {
    for (const coming of [load(), ...words.map((area) => areas[area]())]) coming.catch(() => undefined);
  }
}
