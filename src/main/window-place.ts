import { screen, type Rectangle } from "electron";

/** The remembered place, cut to its display; its size alone where no display shows enough of it any more. In device-independent pixels. */
export function placeOnScreen(bounds: Rectangle | null): Partial<Rectangle> {
  if (bounds === null) return { width: 1180, height: 760 };
  const area = screen.getDisplayMatching(bounds).workArea;
  const [width, height] = [Math.min(bounds.width, area.width), Math.min(bounds.height, area.height)];
  const seenWidth = Math.min(bounds.x + bounds.width, area.x + area.width) - Math.max(bounds.x, area.x);
  const seenHeight = Math.min(bounds.y + bounds.height, area.y + area.height) - Math.max(bounds.y, area.y);
  if (seenWidth < leastWidth || seenHeight < leastHeight) return { width, height };
  // A window whose title bar lies above the display cannot be moved back.
  return { x: bounds.x, y: Math.max(bounds.y, area.y), width, height };
}

const leastWidth = 120;
const leastHeight = 80;
