const newline = 0x0a;

/** The lines that are JSON objects in UTF-8, and how many others there are; blank lines are neither. */
export function readableLines(bytes: Uint8Array): { readonly kept: Uint8Array; readonly dropped: number } {
  const kept: Uint8Array[] = [];
  let dropped = 0;
  let from = 0;
  for (let end = bytes.indexOf(newline); end >= 0; end = bytes.indexOf(newline, from)) {
    const line = bytes.subarray(from, end + 1);
    from = end + 1;
    if (isObject(line)) kept.push(line);
    else if (line.some((byte) => byte > 0x20)) dropped += 1;
  }
  return { kept: Buffer.concat(kept), dropped };
}

function isObject(line: Uint8Array): boolean {
  try {
    const value: unknown = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(line));
    return typeof value === "object" && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
}
