import { defineConfig } from "vite";

/** ISC asks for its notice in every copy, and each report.html is one. */
const notices = `/*!
Contains Observable Plot, Copyright 2020-2024 Observable, Inc., D3, Copyright 2010-2023 Mike Bostock, and isoformat, Copyright 2021
Observable, Inc. Permission to use, copy, modify, and/or distribute this software for any purpose with or without fee is hereby granted,
provided that the above copyright notice and this permission notice appear in all copies. THE SOFTWARE IS PROVIDED "AS IS" AND THE
AUTHOR DISCLAIMS ALL WARRANTIES WITH REGARD TO THIS SOFTWARE INCLUDING ALL IMPLIED WARRANTIES OF MERCHANTABILITY AND FITNESS. IN NO
EVENT SHALL THE AUTHOR BE LIABLE FOR ANY SPECIAL, DIRECT, INDIRECT, OR CONSEQUENTIAL DAMAGES OR ANY DAMAGES WHATSOEVER RESULTING FROM
LOSS OF USE, DATA OR PROFITS, WHETHER IN AN ACTION OF CONTRACT, NEGLIGENCE OR OTHER TORTIOUS ACTION, ARISING OUT OF OR IN CONNECTION
WITH THE USE OR PERFORMANCE OF THIS SOFTWARE.
*/`;

/** One script and one style sheet, which src/report-html.ts puts into report.html. */
export default defineConfig({
  root: import.meta.dirname,
  logLevel: "warn",
  build: {
    outDir: "../dist/report-page",
    emptyOutDir: false, // A replay that runs meanwhile finds the page whole.
    target: "es2022",
    lib: {
      entry: "main.ts",
      name: "personaGuardReport",
      formats: ["iife"],
      fileName: () => "page.js",
      cssFileName: "page",
    },
    rolldownOptions: { output: { banner: notices }, checks: { pluginTimings: false } },
  },
});
