import type { RefObject } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";

const widthAtFirst = 640;

/** An element and how wide it is, in pixels. */
export function useWidth(): readonly [RefObject<HTMLElement | null>, number] {
  const ref = useRef<HTMLElement>(null);
  const [width, setWidth] = useState(widthAtFirst);
  useEffect(() => {
    if (ref.current === null) return;
    const observer = new ResizeObserver(([entry]) => {
      if (entry !== undefined) setWidth(Math.floor(entry.contentRect.width));
    });
    observer.observe(ref.current);
    return () => observer.disconnect();
  }, []);
  return [ref, width];
}
