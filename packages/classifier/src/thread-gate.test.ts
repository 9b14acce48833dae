import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { expect, test } from "vitest";

const setUp = `
  import { loadClassifier } from "${new URL("../dist/index.js", import.meta.url).href}";
  const text = "The invoice for March is attached. Please send the payment by Friday. ".repeat(12);
  const texts = Array(100).fill({ kind: "email", text });
`;

// Programs of their own: what goes wrong here ends the whole program with SIGABRT.
test.each([
  {
    name: "that waits for its scores",
    program: `const classifier = await loadClassifier({ tier: "encoder" });
      classifier.score(texts.slice(0, 2)).then((rows) => console.log(rows.length));`,
    output: "2\n",
  },
  {
    name: "that exits while texts are scored",
    program: `const classifier = await loadClassifier({ tier: "encoder" });
      void classifier.score(texts);
      setTimeout(() => process.exit(), 150);`,
    output: "",
  },
  {
    name: "that exits while the model is loaded",
    program: `void loadClassifier({ tier: "encoder" }); setTimeout(() => process.exit(), 300);`,
    output: "",
  },
  {
    name: "that has given up on its scores",
    program: `const classifier = await loadClassifier({ tier: "encoder", timeoutMs: 30 });
      await classifier.score(texts).catch(({ code }) => console.log(code));`,
    output: "classifier-failed\n",
  },
  {
    name: "that closes the classifier while texts are scored",
    program: `const classifier = await loadClassifier({ tier: "encoder" });
      const scores = classifier.score(texts).catch(({ code }) => console.log(code));
      setTimeout(() => classifier.close().then(() => console.log("closed")), 100);
      await scores;`,
    output: "classifier-failed\nclosed\n",
  },
])("a program $name ends by itself and well", async ({ program, output }) => {
  const { stdout, stderr } = await promisify(execFile)(
    process.execPath,
    ["--input-type=module", "--eval", setUp + program],
    { timeout: 30_000 },
  );
  expect(stdout + stderr).toBe(output);
});
