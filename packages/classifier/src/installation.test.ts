import { execFile } from "node:child_process";
import { cp, mkdir, mkdtemp, readFile, realpath, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";

const thisPackage = fileURLToPath(new URL("..", import.meta.url));

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "installation-"));
  const modules = join(folder, "node_modules");
  await mkdir(join(modules, "@persona-guard", "classifier"), { recursive: true });
  for (const part of ["dist", "package.json"])
    await cp(join(thisPackage, part), join(modules, "@persona-guard", "classifier", part), {
      recursive: true,
    });
  // All that it depends on, except the optional @huggingface/transformers.
  const { dependencies } = JSON.parse(await readFile(join(thisPackage, "package.json"), "utf8"));
  for (const name of Object.keys(dependencies))
    await symlink(await realpath(join(thisPackage, "node_modules", name)), join(modules, name));
});
afterAll(() => rm(folder, { recursive: true }));

test("without the optional package the lexical tier works and the cascade says what to install", async () => {
  const output = await run(
    folder,
    `import { loadClassifier } from "@persona-guard/classifier";
    const lexical = await loadClassifier({ tier: "lexical" });
    console.log((await lexical.score([{ kind: "chat", text: "Thank you." }])).length);
    await loadClassifier().catch(({ code, message }) => console.log(code, message));`,
  );
  expect(output).toMatch(
    /^1\nmodel-missing .*npm install @huggingface\/transformers@4\.3\.1.*tier: "lexical"/,
  );
});

async function run(cwd: string, program: string): Promise<string> {
  const { stdout, stderr } = await promisify(execFile)(
    process.execPath,
    ["--input-type=module", "--eval", program],
    { cwd, timeout: 30_000 },
  );
  return stdout + stderr;
}
