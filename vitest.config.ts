import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: [
      "packages/*/{src,test,page}/**/*.test.ts",
      "examples/*/{src,test}/**/*.test.ts",
      "benchmarks/*/**/*.test.ts",
    ],
    exclude: ["**/dist/**", "**/node_modules/**"],
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
