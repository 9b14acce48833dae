import { expect, test } from "vitest";
import { labelPlaces } from "./label-places.js";

const room = { least: 10, most: 100, distance: 15 };

test.each([
  { what: "labels that have room stay where they are", wanted: [20, 50, 90], places: [20, 50, 90] },
  { what: "labels at one height move apart", wanted: [50, 50, 50], places: [50, 65, 80] },
  {
    what: "labels at the bottom are moved up, in their order",
    wanted: [100, 100, 99],
    places: [85, 100, 70],
  },
  { what: "labels above the top are moved down", wanted: [0, 4], places: [10, 25] },
  { what: "no curve needs no place", wanted: [], places: [] },
])("$what", ({ wanted, places }) => {
  expect(labelPlaces(wanted, room)).toEqual(places);
});
