import { closeSync, fsyncSync, mkdirSync, openSync } from "node:fs";
import { join } from "node:path";

/**
 * Opens a file for appending that is not there yet; were its name taken, it fails instead of sharing the file.
 *
 * @param isSynced whether the new name is to outlive a power cut, too
 */
export function openNew(folder: string, name: string, { isSynced }: { readonly isSynced: boolean }): number {
  mkdirSync(folder, { recursive: true }); // it may have been removed since
  const fd = openSync(join(folder, name), "ax");
  if (isSynced) syncFolder(folder);
  return fd;
}

function syncFolder(folder: string): void {
  const fd = openSync(folder, "r");
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}
