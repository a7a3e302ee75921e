import { useEffect, useRef, useState } from "preact/hooks";

/**
 * Files that are dropped anywhere on the page, or pasted. Answers whether some are held over it now. Without `onFiles`
 * they are not taken; in no case does the browser leave the page to show them.
 */
export function useDroppedFiles(onFiles: ((files: File[]) => void) | undefined): boolean {
  const [held, setHeld] = useState(false);
  const take = useRef(onFiles);
  take.current = onFiles;
  useEffect(() => {
    /* Each element inside is entered and left; only as many leaves as enters have left the page. */
    let depth = 0;
    const count = (change: number) => (event: DragEvent) => {
      if (!hasFiles(event.dataTransfer)) return;
      depth = Math.max(0, depth + change);
      setHeld(depth > 0 && take.current !== undefined);
    };
    const allow = (event: DragEvent) => {
      if (!hasFiles(event.dataTransfer)) return;
      event.preventDefault();
      if (event.dataTransfer) event.dataTransfer.dropEffect = take.current ? "copy" : "none";
    };
    const drop = (event: DragEvent) => {
      if (!hasFiles(event.dataTransfer)) return;
      event.preventDefault();
      depth = 0;
      setHeld(false);
      give(event.dataTransfer);
    };
    const paste = (event: ClipboardEvent) => {
      if (!take.current || !hasFiles(event.clipboardData)) return;
      event.preventDefault();
      give(event.clipboardData);
    };
    const give = (from: DataTransfer | null) => {
      const files = [...(from?.files ?? [])];
      if (files.length > 0) take.current?.(files);
    };
    const listening = new AbortController();
    const { signal } = listening;
    window.addEventListener("dragenter", count(1), { signal });
    window.addEventListener("dragleave", count(-1), { signal });
    window.addEventListener("dragover", allow, { signal });
    window.addEventListener("drop", drop, { signal });
    window.addEventListener("paste", paste, { signal });
    return () => listening.abort();
  }, []);
  return held;
}

const hasFiles = (data: DataTransfer | null): boolean => data?.types.includes("Files") ?? false;
