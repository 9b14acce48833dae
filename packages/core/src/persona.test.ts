import { describe, expect, test } from "vitest";
import { definePersona, parsePersona, personaJsonSchema } from "./persona.js";

describe("a persona", () => {
  test("needs only a name; neutral is allowed unless it says otherwise", () => {
    expect(definePersona({ name: "desk" })).toMatchObject({
      version: "1",
      expresses: [],
      allows: ["neutral"],
      avoids: [],
    });
  });

  test.each([
    { fault: "no name", content: {}, says: "name" },
    { fault: "an unknown field", content: { name: "a", expreses: ["humor"] }, says: "expreses" },
    {
      fault: "a label allowed and avoided",
      content: { name: "a", allows: ["humor"], avoids: ["humor"] },
      says: "avoids.0",
    },
    {
      fault: "nothing it may show",
      content: { name: "a", allows: [] },
      says: "no text could ever be in persona",
    },
    { fault: "an unknown kind", content: { name: "a", kinds: { letter: {} } }, says: "kinds" },
    {
      fault: "an unknown kind of a tool's argument",
      content: { name: "a", tools: { send: { body: "letter" } } },
      says: "tools.send",
    },
    {
      fault: "too few examples",
      content: { name: "a", examples: { in: ["x", "y"], out: ["u", "v", "w"] } },
      says: "examples.in",
    },
    {
      fault: "an example given twice",
      content: { name: "a", examples: { in: ["x", "y", " x "], out: ["u", "v", "w"] } },
      says: "examples.in",
    },
    {
      fault: "an example on both sides",
      content: { name: "a", examples: { in: ["x", "y", "z"], out: ["u", "x", "w"] } },
      says: "examples.out.1",
    },
    { fault: "a list instead of a mapping", content: ["a"], says: "(top level)" },
    { fault: "nothing at all", content: null, says: "(top level)" },
  ])("with $fault is refused, naming file and field", ({ content, says }) => {
    expect(() => parsePersona(content, "desk.yaml")).toThrow(
      expect.objectContaining({ code: "persona-invalid", message: expect.stringContaining(says) }),
    );
    expect(() => parsePersona(content, "desk.yaml")).toThrow(/desk\.yaml/);
  });

  test("all faults are reported together", () => {
    expect(() => parsePersona({ allows: ["humor"], avoids: ["humor"], x: 1 }, "p")).toThrow(/name[\s\S]*x/);
  });

  test("its JSON schema demands only the name", () => {
    expect(personaJsonSchema()).toMatchObject({ type: "object", required: ["name"] });
  });
});
