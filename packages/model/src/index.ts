import { fileURLToPath } from "node:url";

/** Path of the folder with the shipped weights: `model.json` and the files that it names (training/FORMATS.md). */
export const modelFolder: string = fileURLToPath(new URL("../weights", import.meta.url));
