import { PersonaGuardError } from "@persona-guard/core";
import type { AlertsConfig } from "@persona-guard/monitor/alerts-config";
import { Command } from "commander";
import { alertsOf } from "../alerts-of.js";
import { type Run, type Running, type Surroundings, visible } from "../command.js";
import { configFile } from "../config.js";

/** Longest wait for a target's answer to a test. */
const testMs = 10_000;

const testHelp = `
Exit code: 0 if every target took it, 1 if one did not, 2 for a wrong flag or configuration, 130 interrupted.`;

const redeliverHelp = `
Notices that could not be delivered lie in the folder that the configuration names (default: persona-guard-alerts). Each is tried
once; those that fail stay there.

Exit code: 0 if nothing is left, 1 if something is, 2 for a wrong flag or configuration, 130 interrupted.`;

interface AlertsFlags {
  readonly config?: string;
  readonly target?: readonly string[];
  readonly verbose?: true;
}

export function alertsCommand(run: Run): Command {
  const command = new Command("alerts").description(
    "Try the alerts of the configuration, and send what was not delivered.",
  );
  const shared = (name: string) =>
    new Command(name)
      .option("-c, --config <file>", `configuration file (default: ${configFile})`)
      .option("--target <names...>", "only these targets")
      .option("--verbose", "show the stack of an error");
  return command
    .addCommand(
      shared("test")
        .description("Send a test notice to the targets, past all rules.")
        .addHelpText("after", testHelp)
        .action((flags: AlertsFlags) => run((around) => sendTest(flags, around), flags)),
    )
    .addCommand(
      shared("redeliver")
        .description("Send the notices again that could not be delivered.")
        .addHelpText("after", redeliverHelp)
        .action((flags: AlertsFlags) => run((around) => sendAgain(flags, around), flags)),
    );
}

async function* sendTest(flags: AlertsFlags, { colors, signal }: Surroundings): Running {
  const { targets: configs } = await chosenAlerts(flags);
  const { attempt, openTargets, testNotice } = await import("@persona-guard/monitor"); // no other command waits for it
  const targets = await openTargets(configs);
  let hasFailed = false;
  try {
    const notice = testNotice(Date.now());
    const deliveries = targets.map((target) => attempt(target, notice, { timeoutMs: testMs, signal }));
    for (const [index, target] of targets.entries()) {
      const delivery = await deliveries[index];
      const isDelivered = delivery?.outcome === "delivered";
      hasFailed ||= !isDelivered;
      const said = isDelivered ? colors.green("delivered") : colors.red(delivery?.outcome ?? "failed");
      const fault = delivery === undefined || !("fault" in delivery) ? "" : `: ${visible(delivery.fault)}`;
      yield {
        to: "stdout",
        text: `${visible(target.name)} (${configs[target.name]?.type}): ${said}${fault}`,
      };
    }
  } finally {
    await Promise.all(targets.map((target) => target.close?.()));
  }
  if (signal.aborted) return 130;
  return hasFailed ? 1 : 0;
}

async function* sendAgain(flags: AlertsFlags, { signal }: Surroundings): Running {
  const { targets: configs, folder } = await chosenAlerts(flags);
  const { openTargets, redeliver } = await import("@persona-guard/monitor");
  const targets = await openTargets(configs);
  let delivered = 0;
  let left = 0;
  try {
    for await (const one of redeliver(folder, { targets, signal })) {
      if ("fault" in one) {
        left += 1;
        yield { to: "stderr", text: visible(one.fault) };
      } else if (one.delivery.outcome === "delivered") {
        delivered += 1;
      } else {
        left += 1;
        const { target, notice, at } = one.letter;
        yield {
          to: "stderr",
          text: visible(`${target}: notice ${notice.id} of ${at} stays: ${one.delivery.fault}`),
        };
      }
    }
  } finally {
    await Promise.all(targets.map((target) => target.close?.()));
  }
  yield { to: "stdout", text: `${delivered} delivered, ${left} left` };
  if (signal.aborted) return 130;
  return left === 0 ? 0 : 1;
}

/** The alerts of the configuration, with the targets that the flags leave. */
async function chosenAlerts({ config, target: names }: AlertsFlags): Promise<AlertsConfig> {
  const alerts = await alertsOf(config);
  const unknown = names?.filter((name) => !Object.hasOwn(alerts.targets, name)) ?? [];
  if (unknown.length > 0) {
    const known = Object.keys(alerts.targets).join(", ");
    throw new PersonaGuardError(
      "options-invalid",
      `There is no target ${unknown.join(", ")}; there are: ${known}.`,
    );
  }
  const chosen = Object.entries(alerts.targets).filter(
    ([name]) => names === undefined || names.includes(name),
  );
  return { ...alerts, targets: Object.fromEntries(chosen) };
}
