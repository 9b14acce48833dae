import { messageOf, PersonaGuardError } from "@persona-guard/core";

/** @throws PersonaGuardError "output-unwritable" in place of what `action` throws, unless that is an error of ours */
export async function writingInto<Result>(folder: string, action: () => Promise<Result>): Promise<Result> {
  try {
    return await action();
  } catch (error) {
    if (error instanceof PersonaGuardError) throw error;
    const message = `Cannot write results into ${folder}: ${messageOf(error)}. Give another folder with --out.`;
    throw new PersonaGuardError("output-unwritable", message, { cause: error });
  }
}
