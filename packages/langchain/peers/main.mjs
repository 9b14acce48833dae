// Runs the suites of packages/langchain and packages/testing on other versions of their peers. Needs a build.
//   node packages/langchain/peers/main.mjs floor     the lowest versions that packages/langchain/package.json allows
//   node packages/langchain/peers/main.mjs latest    the newest ones of npm
//   node packages/langchain/peers/main.mjs langchain=1.4.0 @langchain/core=1.2.0 …
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../..", import.meta.url));
/** Copied, because what they import must come from the copy; the other packages do not import any peer. */
const copied = ["langchain", "testing"];
const suites = [
  "packages/langchain/test",
  "packages/testing/test/assert-no-leak",
  "packages/testing/test/trace",
];
/** No peer: only the tests speak to a model through it. The lowest that works with the lowest core. */
const openaiAtFloor = "1.5.0";

const { peerDependencies } = packageJson(join(root, "packages/langchain"));
const wanted = process.argv.slice(2);
for (const name of wanted.length === 0 ? ["floor", "latest"] : wanted[0].includes("=") ? ["custom"] : wanted)
  run(name, versionsOf(name));

function versionsOf(name) {
  const peers = Object.keys(peerDependencies);
  if (name === "custom") return Object.fromEntries(wanted.map((one) => one.split("=")));
  if (name === "latest")
    return Object.fromEntries([...peers, "@langchain/openai"].map((peer) => [peer, "latest"]));
  if (name !== "floor") throw new Error(`"${name}" is neither "floor" nor "latest" nor <package>=<version>.`);
  const lowest = peers.map((peer) => [peer, peerDependencies[peer].replace(/^\^/, "")]);
  return { ...Object.fromEntries(lowest), "@langchain/openai": openaiAtFloor };
}

function run(name, versions) {
  const folder = join(root, ".cache/peers", name);
  rmSync(folder, { recursive: true, force: true });
  for (const short of copied) copyPackage(short, folder);
  writeFileSync(
    join(folder, "package.json"),
    JSON.stringify({ name: "peers", private: true, type: "module" }),
  );
  writeFileSync(
    join(folder, "pnpm-workspace.yaml"),
    `packages: [packages/*]\nignoreWorkspaceCycles: true\noverrides: ${JSON.stringify(versions)}\n`,
  );
  for (const file of ["vitest.config.ts", "tsconfig.base.json"]) cpSync(join(root, file), join(folder, file));
  console.log(
    `\npeers: ${name}, ${Object.entries(versions)
      .map((pair) => pair.join(" "))
      .join(", ")}`,
  );
  const install = [
    "--yes",
    "pnpm@10",
    "install",
    "--ignore-scripts",
    "--no-frozen-lockfile",
    "--reporter=silent",
  ];
  must("npx", install, folder);
  for (const peer of Object.keys(versions)) {
    const { version } = packageJson(join(folder, "packages/langchain/node_modules", peer));
    console.log(`  ${peer} ${version}`);
  }
  must(process.execPath, [join(root, "node_modules/vitest/vitest.mjs"), "run", ...suites], folder);
}

/** Sources, build and tests of a package, its workspace packages linked to the real ones, without what the suites do not use. */
function copyPackage(short, folder) {
  const from = join(root, "packages", short);
  const to = join(folder, "packages", short);
  mkdirSync(to, { recursive: true });
  for (const part of ["src", "dist", "test"]) cpSync(join(from, part), join(to, part), { recursive: true });
  rmSync(join(to, "test/tsconfig.json"), { force: true }); // it refers to packages that are not copied
  writeFileSync(join(to, "tsconfig.json"), JSON.stringify({ extends: "../../tsconfig.base.json" }));
  const { dependencies, devDependencies, peerDependencies: peers, ...rest } = packageJson(from);
  const linked = (all) =>
    Object.fromEntries(
      Object.entries(all)
        .filter(([name]) => name !== "vitest" && name !== "expect")
        .map(([name, range]) => {
          const other = name.replace("@persona-guard/", "");
          return [
            name,
            range.startsWith("workspace:") && !copied.includes(other)
              ? `link:${join(root, "packages", other)}`
              : range,
          ];
        }),
    );
  writeFileSync(
    join(to, "package.json"),
    JSON.stringify({ ...rest, dependencies: linked(dependencies), devDependencies: linked(devDependencies) }),
  );
}

function packageJson(folder) {
  return JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
}

function must(command, args, cwd) {
  const { status } = spawnSync(command, args, { cwd, stdio: "inherit" });
  if (status !== 0) process.exit(status ?? 1);
}
