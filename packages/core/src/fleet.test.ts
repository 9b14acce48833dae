import { expect, test } from "vitest";
import { Fleet } from "./fleet.js";

/** Uniform numbers in (0, 1): Park and Miller's generator, so that the simulation repeats. */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}

test("an upgrade that shifts every session a little alarms for its own model, and for no other", () => {
  const random = generator(3);
  const fleet = new Fleet(10_000);
  let step = 0;
  while (!fleet.advance("42", undefined).alarm && step < 2_000) {
    step += 1;
    fleet.advance("41", random());
    fleet.advance("42", random() ** 1.5); // a little too often small
  }
  expect(step).toBeLessThan(500);
  expect(fleet.advance("41", undefined).alarm).toBe(false);
});

test("while nothing has changed, two in a hundred models at most have alarmed after run length / 50 steps", () => {
  // P(S ever reaches N within n steps) <= n / N, as S_t - t is a martingale.
  const random = generator(5);
  const models = 2_000;
  const fleet = new Fleet(10_000);
  for (let step = 0; step < 200; step += 1)
    for (let model = 0; model < models; model += 1) fleet.advance(`${model}`, random());
  const alarmed = Array.from({ length: models }, (_, model) => fleet.advance(`${model}`, undefined)).filter(
    ({ alarm }) => alarm,
  ).length;
  expect(alarmed / models).toBeLessThanOrEqual(0.02 + 3 * Math.sqrt((0.02 * 0.98) / models));
});

test("an alarm stays, and a step without a p-value changes nothing", () => {
  const fleet = new Fleet(100);
  for (let step = 0; step < 20; step += 1) fleet.advance("a", 0.001);
  const before = fleet.advance("a", undefined);
  expect(before.alarm).toBe(true);
  expect(fleet.advance("a", undefined)).toEqual(before);
  for (let step = 0; step < 200; step += 1) fleet.advance("a", 1);
  expect(fleet.advance("a", undefined)).toMatchObject({ alarm: true });
  expect(fleet.advance("a", undefined).statistic).toBeLessThan(100);
});
