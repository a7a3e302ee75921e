import { useEffect, useState } from "preact/hooks";
import type { Person } from "../../data/people";
import { t } from "../../i18n";
import { date } from "../../i18n/format";
import { paths } from "../../paths";
import { useHere } from "../../shell/project";
import { useSignedIn } from "../../shell/session";
import { Button } from "../../ui/button";
import { Badge } from "../../ui/pieces";
import { ChangeRole } from "./change-role";
import { Part } from "./part";

type Asked = { what: "role" | "part"; person: Person };

/** Everybody in the project, and what an owner may change about them. */
export function People({ people }: { people: Person[] }) {
  const [asked, setAsked] = useState<Asked | null>(null);
  const [gone, setGone] = useState<string | null>(null);
  useEffect(() => {
    if (gone) document.getElementById("people")?.focus();
  }, [gone]);
  return (
    <section class="stack" aria-labelledby="people">
      <h2 id="people" tabIndex={-1}>
        {t.members.people}
      </h2>
      <ul class="plain stack tight">
        {people.map((person) => (
          <PersonRow key={person.user_id} person={person} onAsk={(what) => setAsked({ what, person })} />
        ))}
      </ul>
      {asked?.what === "role" && <ChangeRole person={asked.person} onClose={() => setAsked(null)} />}
      {asked?.what === "part" && (
        <Part
          person={asked.person}
          onClose={(isGone) => {
            setAsked(null);
            if (isGone) setGone(asked.person.user_id);
          }}
        />
      )}
    </section>
  );
}

function PersonRow({ person, onAsk }: { person: Person; onAsk: (what: Asked["what"]) => void }) {
  const { project } = useHere();
  const isMe = person.user_id === useSignedIn().userId;
  const isOwner = project.role === "owner";
  const name = person.display_name ?? t.members.unnamed;
  return (
    <li class="person card row apart">
      <div class="stack tight">
        <p class="row">
          <strong class={person.display_name ? undefined : "quiet"}>{name}</strong>
          {isMe && <Badge tone="busy">{t.members.you}</Badge>}
          <Badge {...(person.role === "owner" && { tone: "good" })}>{t.common.roles[person.role]}</Badge>
        </p>
        <p class="small quiet">
          {t.members.joined(date(person.joined_at))}
          {isMe && !person.display_name && (
            <>
              {" "}
              <a href={paths.account}>{t.members.nameYourself}</a>
            </>
          )}
        </p>
      </div>
      <div class="row">
        {isOwner && (
          <Button small aria-label={t.members.changeRoleOf(name)} onClick={() => onAsk("role")}>
            {t.members.changeRole}
          </Button>
        )}
        {isMe ? (
          <Button small onClick={() => onAsk("part")}>
            {t.members.leave}
          </Button>
        ) : (
          isOwner && (
            <Button small aria-label={t.members.removeOf(name)} onClick={() => onAsk("part")}>
              {t.members.remove}
            </Button>
          )
        )}
      </div>
    </li>
  );
}
