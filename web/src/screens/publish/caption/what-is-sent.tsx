import { t } from "../../../i18n";
import type { CaptionFields } from "./use-captions";

/** Field by field, as the server would send it or has sent it. */
export function WhatIsSent({ fields, wasSent }: { fields: CaptionFields; wasSent: boolean }) {
  const words = t.captions.fields;
  return (
    <div class="stack tight">
      <strong>{wasSent ? t.captions.afterTitle : t.captions.beforeTitle}</strong>
      <p class="small quiet">{wasSent ? t.captions.after : t.captions.before}</p>
      <dl class="facts sent">
        <Field name={words.title} text={fields.title} />
        <Field name={words.description} text={fields.description} />
        <Field name={words.type} text={fields.type} />
        <Field name={words.tags} text={fields.tags.join(", ")} />
        <Field name={words.project_name} text={fields.project_name} />
      </dl>
    </div>
  );
}

function Field({ name, text }: { name: string; text: string }) {
  return (
    <>
      <dt>{name}</dt>
      <dd>{text || <span class="quiet">{t.captions.empty}</span>}</dd>
    </>
  );
}
