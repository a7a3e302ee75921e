import type { ComponentChildren, JSX } from "preact";

type Look = "primary" | "danger" | "plain";
type Common = { look?: Look; small?: boolean; wide?: boolean; children: ComponentChildren };

const className = ({ look, small, wide }: Common): string =>
  ["button", look, small && "small", wide && "wide"].filter(Boolean).join(" ");

/** `busy` says that its work is under way: it takes no second click, keeps its width and its place for the keyboard. */
export function Button({
  look,
  small,
  wide,
  busy = false,
  children,
  onClick,
  type = "button",
  ...rest
}: Common & { busy?: boolean } & Omit<JSX.IntrinsicElements["button"], "size">) {
  return (
    <button
      {...rest}
      type={type}
      class={className({ ...(look && { look }), small: small ?? false, wide: wide ?? false, children })}
      aria-busy={busy}
      aria-disabled={busy || rest["aria-disabled"]}
      onClick={(event) => {
        if (busy || rest["aria-disabled"]) event.preventDefault();
        else onClick?.(event);
      }}
    >
      {busy && <span class="spinner" aria-hidden="true" />}
      {children}
    </button>
  );
}

export function LinkButton({ look, small, wide, children, ...rest }: Common & JSX.IntrinsicElements["a"]) {
  return (
    <a
      {...rest}
      class={className({ ...(look && { look }), small: small ?? false, wide: wide ?? false, children })}
    >
      {children}
    </a>
  );
}
