import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readPersona } from "./read-persona.js";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "read-persona-"));
});
afterAll(() => rm(folder, { recursive: true }));

const yaml = 'name: Ada\nexpresses: [loving] # what it must show\ntools:\n  "send_*": email\n';
const json = '{\n\t"name": "Ada",\n\t"expresses": ["loving"],\n\t"tools": {"send_*": "email"}\n}';

test.each([
  { name: "persona.yaml", content: yaml },
  { name: "windows.yaml", content: `\ufeff${yaml.replaceAll("\n", "\r\n")}` },
  { name: "persona.json", content: json },
  { name: "persona", content: yaml },
])("$name is read with its defaults filled in", async ({ name, content }) => {
  const path = join(folder, name);
  await writeFile(path, content);
  expect(await readPersona(path)).toMatchObject({
    name: "Ada",
    version: "1",
    expresses: ["loving"],
    allows: ["neutral"],
    tools: { "send_*": "email" },
  });
});

test.each([
  {
    name: "broken.yaml",
    content: "name: Ada\nexpresses: [loving\n",
    code: "persona-unreadable",
    message: /broken\.yaml:\d:\d+ /,
  },
  {
    name: "tab.yaml",
    content: "name: Ada\ntools:\n\tsend: email\n",
    code: "persona-unreadable",
    message: /tab\.yaml:3:1 /,
  },
  {
    name: "twice.yaml",
    content: "name: Ada\nname: Bea\n",
    code: "persona-unreadable",
    message: /twice\.yaml:2:1 .*unique/,
  },
  {
    name: "two.yaml",
    content: "name: Ada\n---\nname: Bea\n",
    code: "persona-unreadable",
    message: /two\.yaml:2:1 /,
  },
  {
    name: "cut.json",
    content: '{"name": "Ada", "expresses": [',
    code: "persona-unreadable",
    message: /cut\.json:1:\d+ /,
  },
  { name: "bomb.yaml", content: bomb(), code: "persona-unreadable", message: /bomb\.yaml .*alias/i },
  {
    name: "image.png",
    content: Buffer.from([0x89, 0x50, 0x4e, 0x47, 0, 0]),
    code: "persona-unreadable",
    message: /UTF-8/,
  },
  { name: "zero.yaml", content: "name: A\u0000da\n", code: "persona-unreadable", message: /UTF-8/ },
  {
    name: "latin1.yaml",
    content: Buffer.from("name: Zoë\n", "latin1"),
    code: "persona-unreadable",
    message: /UTF-8/,
  },
  { name: "empty.yaml", content: "", code: "persona-invalid", message: /empty\.yaml is not a valid persona/ },
  {
    name: "word.yaml",
    content: "Ada",
    code: "persona-invalid",
    message: /word\.yaml is not a valid persona/,
  },
  {
    name: "faults.yaml",
    content: "expresses: loving\ncolour: red\n",
    code: "persona-invalid",
    message: /faults\.yaml[\s\S]*name[\s\S]*expresses[\s\S]*colour/,
  },
])("$name is refused as $code, with the place", async ({ name, content, code, message }) => {
  const path = join(folder, name);
  await writeFile(path, content);
  await expect(readPersona(path)).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
});

test.each([
  { path: "no-such-persona.yaml", message: /There is no no-such-persona\.yaml/ },
  { path: tmpdir(), message: /is a folder/ },
])("$path cannot be read", async ({ path, message }) => {
  await expect(readPersona(path)).rejects.toMatchObject({
    code: "persona-unreadable",
    message: expect.stringMatching(message),
  });
});

/** A few lines of YAML whose aliases unfold to millions of values. */
function bomb(): string {
  const levels = Array.from({ length: 8 }, (_, at) =>
    at === 0
      ? "l0: &l0 [x, x]"
      : `l${at}: &l${at} [${Array(9)
          .fill(`*l${at - 1}`)
          .join(", ")}]`,
  );
  return `name: Ada\n${levels.join("\n")}\n`;
}
