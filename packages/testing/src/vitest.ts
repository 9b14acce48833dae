import type {} from "vitest";
import type { PersonaMatchers } from "./to-be-in-persona.js";

declare module "vitest" {
  interface Matchers<T> extends PersonaMatchers<Promise<T>> {}
}
