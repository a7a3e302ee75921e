import { useState } from "preact/hooks";
import { chooseLanguage, language, languages, t } from "../../i18n";
import { chooseTheme, chosenTheme, type Theme } from "../../theme";
import { Choice, SelectField } from "../../ui/field";

const THEMES: readonly Theme[] = ["system", "light", "dark"];

export function LookCard() {
  return (
    <section class="card stack">
      <h2>{t.account.look}</h2>
      <p class="quiet">{t.account.lookText}</p>
      <ThemeChoice />
      <LanguageChoice />
    </section>
  );
}

function ThemeChoice() {
  const [chosen, setChosen] = useState(chosenTheme());
  const choose = (theme: Theme): void => {
    chooseTheme(theme);
    setChosen(theme);
  };
  return (
    <fieldset class="field">
      <legend>{t.shell.theme}</legend>
      <div class="row">
        {THEMES.map((theme) => (
          <Choice
            key={theme}
            type="radio"
            name="theme"
            label={t.shell.themes[theme]}
            checked={theme === chosen}
            onChange={() => choose(theme)}
          />
        ))}
      </div>
    </fieldset>
  );
}

function LanguageChoice() {
  return (
    <SelectField
      label={t.shell.language}
      value={language}
      onChange={({ currentTarget: { value } }) => chooseLanguage(value)}
    >
      {languages().map(({ code, name }) => (
        <option key={code} value={code} lang={code}>
          {name}
        </option>
      ))}
    </SelectField>
  );
}
