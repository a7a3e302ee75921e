import type { ComponentChildren } from "preact";
import { useRef } from "preact/hooks";
import { Button } from "./button";

/** Opens the system's file picker. Several files may be chosen, and the same ones again. */
export function FileButton({
  accept,
  onFiles,
  look,
  busy = false,
  children,
}: {
  accept: string;
  onFiles: (files: File[]) => void;
  look?: "primary" | "plain";
  busy?: boolean;
  children: ComponentChildren;
}) {
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <Button {...(look && { look })} busy={busy} onClick={() => input.current?.click()}>
        {children}
      </Button>
      <input
        ref={input}
        type="file"
        accept={accept}
        multiple
        hidden
        onChange={({ currentTarget }) => {
          const files = [...(currentTarget.files ?? [])];
          currentTarget.value = "";
          if (files.length > 0) onFiles(files);
        }}
      />
    </>
  );
}
