import { messageOf, personaGuardErrorIn } from "@persona-guard/core";
import type { Context } from "hono";

/** What went wrong, for the page to show: 400 if the request was faulty. */
export function problem(context: Context, error: unknown): Response {
  const ours = personaGuardErrorIn(error);
  const status = ours?.code === "options-invalid" ? 400 : 500;
  return context.json(
    { code: ours?.code ?? "unexpected", message: ours?.message ?? messageOf(error) },
    status,
  );
}
