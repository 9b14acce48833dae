import { advanceFleet, type FleetState, fleetStatistic, initialFleetState } from "./drift-statistic.js";

/** What all sessions of one model under one persona say together. */
export interface FleetDrift {
  /** Shiryaev-Roberts statistic, >= 0. */
  readonly statistic: number;
  /** Whether it has reached the run length, at this step or before. */
  readonly alarm: boolean;
}

/** A statistic per model: an upgrade that shifts every session a little shows here before any session alarms. */
export class Fleet {
  readonly #models = new Map<string, { readonly state: FleetState; readonly alarm: boolean }>();

  /** @param runLength N > 1: least mean number of steps between two false alarms of a model */
  constructor(readonly runLength: number) {}

  /** One step of a model further, by its p-value in (0, 1]; undefined leaves it as it was. */
  advance(model: string, p: number | undefined): FleetDrift {
    const known = this.#models.get(model) ?? { state: initialFleetState, alarm: false };
    if (p === undefined) return { statistic: fleetStatistic(known.state), alarm: known.alarm };
    const state = advanceFleet(known.state, p);
    const statistic = fleetStatistic(state);
    const alarm = known.alarm || statistic >= this.runLength;
    this.#models.set(model, { state, alarm });
    return { statistic, alarm };
  }
}
