import type {} from "expect";
import type { PersonaMatchers } from "./to-be-in-persona.js";

declare module "expect" {
  interface Matchers<R> extends PersonaMatchers<Promise<R>> {}
}
