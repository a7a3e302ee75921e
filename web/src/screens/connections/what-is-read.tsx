import { t } from "../../i18n";
import { paths } from "../../paths";
import type { Platform } from "../../ui/platform-icon";

/** Sections 1.1 and 1.2 of the Data Policy, before anybody connects. Open for as long as nobody has. */
export function WhatIsRead({ platform, isOpen }: { platform: Platform; isOpen: boolean }) {
  const { read } = t.connections;
  const words = read[platform];
  return (
    <details class="what-is-read" open={isOpen}>
      <summary>{read.title(t.common.platforms[platform])}</summary>
      <div class="stack">
        <dl>
          {Object.entries(words.data).map(([name, { what, why, kept }]) => (
            <div key={name}>
              <dt>{what}</dt>
              <dd>
                {why} <span class="quiet">{kept}</span>
              </dd>
            </div>
          ))}
        </dl>
        <Permissions platform={platform} />
        <p>
          <strong>{words.never}</strong> {words.click}
        </p>
        <p>
          <a href={paths.dataPolicy}>{read.policy}</a>
        </p>
      </div>
    </details>
  );
}

function Permissions({ platform }: { platform: Platform }) {
  const { read } = t.connections;
  return (
    <div>
      <h3>{read.permissions}</h3>
      <ul class="plain">
        {Object.entries(read[platform].permissions).map(([key, { name, what }]) => (
          <li key={key}>
            <span class="mono">{name}</span> <span class="quiet">{what}</span>
          </li>
        ))}
      </ul>
    </div>
  );
}
