export type Platform = "instagram" | "tiktok";

/** Our own drawings of what each is known for, a camera and a note: the name always stands beside it. */
const SHAPES: Readonly<Record<Platform, string>> = {
  instagram:
    "M7 3.5h10A3.5 3.5 0 0 1 20.5 7v10a3.5 3.5 0 0 1-3.5 3.5H7A3.5 3.5 0 0 1 3.5 17V7A3.5 3.5 0 0 1 7 3.5ZM12 8.2a3.8 3.8 0 1 0 0 7.6 3.8 3.8 0 0 0 0-7.6ZM16.8 7.2h.01",
  tiktok: "M13.5 3.5v11.8a3.7 3.7 0 1 1-3.7-3.7M13.5 3.5c.3 2.9 2.3 4.8 5 5",
};

export function PlatformIcon({ platform }: { platform: Platform }) {
  return (
    <span class="platform">
      <svg
        aria-hidden="true"
        viewBox="0 0 24 24"
        width="20"
        height="20"
        fill="none"
        stroke="currentColor"
        stroke-width="1.9"
        stroke-linecap="round"
        stroke-linejoin="round"
      >
        <path d={SHAPES[platform]} />
      </svg>
    </span>
  );
}
