import type { ReactNode } from "react";

const line = {
  fill: "none",
  stroke: "currentColor",
  strokeWidth: 1.5,
  strokeLinecap: "round",
  strokeLinejoin: "round",
} as const;

const drawings = {
  check: <path d="m3.5 8.5 3 3 6-7" {...line} />,
  back: <path d="M9.5 4.5 6 8l3.5 3.5" {...line} />,
  clock: (
    <>
      <circle cx="8" cy="8" r="5.75" {...line} />
      <path d="M8 5v3.2l2 1.6" {...line} />
    </>
  ),
  copy: (
    <>
      <rect x="5.5" y="5.5" width="8" height="8" rx="1.5" {...line} />
      <path d="M10.5 3.2V3A.8.8 0 0 0 9.7 2.5H3.3a.8.8 0 0 0-.8.8v6.4c0 .44.36.8.8.8" {...line} />
    </>
  ),
  critical: (
    <path
      fill="currentColor"
      fillRule="evenodd"
      d="M5.2 1.2h5.6l4 4v5.6l-4 4H5.2l-4-4V5.2Zm1.9 2.7.25 5.2h1.3l.25-5.2Zm.9 6.2a1 1 0 1 0 0 2 1 1 0 0 0 0-2Z"
    />
  ),
  cross: <path d="m4 4 8 8M12 4l-8 8" {...line} />,
  dot: <circle cx="8" cy="8" r="4" fill="currentColor" />,
  drift: <path d="M2.5 5.5h8l-2.2-2.2M13.5 10.5h-8l2.2 2.2" {...line} />,
  down: <path d="m4.5 6.5 3.5 3.5 3.5-3.5" {...line} />,
  eye: (
    <>
      <path d="M1.8 8S4 3.8 8 3.8 14.2 8 14.2 8 12 12.2 8 12.2 1.8 8 1.8 8Z" {...line} />
      <circle cx="8" cy="8" r="2" {...line} />
    </>
  ),
  fail: (
    <path
      fill="currentColor"
      fillRule="evenodd"
      d="M8 1.5a6.5 6.5 0 1 1 0 13 6.5 6.5 0 0 1 0-13ZM5.9 4.9l-1 1L7 8l-2.1 2.1 1 1L8 9l2.1 2.1 1-1L9 8l2.1-2.1-1-1L8 7Z"
    />
  ),
  filter: <path d="M2.5 4.5h11M4.75 8h6.5M6.75 11.5h2.5" {...line} />,
  stack: (
    <>
      <rect x="2.5" y="6" width="8" height="7.5" rx="1.5" {...line} />
      <path d="M5.5 3.2h6.7c.6 0 1.1.5 1.1 1.1v6" {...line} />
    </>
  ),
  high: (
    <path
      fill="currentColor"
      fillRule="evenodd"
      d="M8 1.6c.5 0 .9.25 1.15.68l5.4 9.4c.5.88-.13 1.92-1.15 1.92H2.6c-1.02 0-1.65-1.04-1.15-1.92l5.4-9.4C7.1 1.85 7.5 1.6 8 1.6Zm-.85 4.1.2 3.6h1.3l.2-3.6Zm.85 4.5a.95.95 0 1 0 0 1.9.95.95 0 0 0 0-1.9Z"
    />
  ),
  low: <circle cx="8" cy="8" r="4.75" {...line} />,
  medium: <path d="M8 2.5 13.5 8 8 13.5 2.5 8Z" {...line} />,
  note: (
    <>
      <circle cx="8" cy="8" r="5.75" {...line} />
      <path d="M8 5v3.4" {...line} />
      <circle cx="8" cy="10.9" r=".95" fill="currentColor" />
    </>
  ),
  off: (
    <>
      <circle cx="8" cy="8" r="5.5" {...line} />
      <path d="m4.2 11.8 7.6-7.6" {...line} />
    </>
  ),
  right: <path d="m6.5 4.5 3.5 3.5-3.5 3.5" {...line} />,
  restart: <path d="M12.6 6.2A5 5 0 1 0 13 8.6M12.8 3v3.3H9.5" {...line} />,
  half: (
    <>
      <circle cx="8" cy="8" r="3.5" {...line} />
      <path d="M8 4.5a3.5 3.5 0 0 1 0 7Z" fill="currentColor" />
    </>
  ),
  ring: <circle cx="8" cy="8" r="3.5" {...line} />,
  seal: (
    <>
      <circle cx="8" cy="6" r="4.25" {...line} />
      <path d="m6.2 6 1.3 1.3L9.9 4.8M3.5 13.5h9" {...line} />
    </>
  ),
  search: (
    <>
      <circle cx="7" cy="7" r="4.25" {...line} />
      <path d="m10.2 10.2 3.3 3.3" {...line} />
    </>
  ),
} as const satisfies Record<string, ReactNode>;
export type IconName = keyof typeof drawings;

/** A drawing of 16 by 16; it never stands without a word, so it is hidden from assistive technology. */
export function Icon({ name, size = 16 }: { readonly name: IconName; readonly size?: 12 | 16 }) {
  return (
    <svg width={size} height={size} viewBox="0 0 16 16" aria-hidden="true">
      {drawings[name]}
    </svg>
  );
}
