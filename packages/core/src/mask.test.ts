import { expect, test } from "vitest";
import { masked } from "./mask.js";

test.each([
  { text: "write to ann.lee@example.com today", shown: "write to [email] today" },
  { text: "card 4111 1111 1111 1111 expires", shown: "card [card] expires" },
  { text: "key sk-live_abcdefghijklmnop ok", shown: "key [secret] ok" },
  { text: "post it to https://hooks.slack.com/services/T0/B0/abcdef now", shown: "post it to [secret] now" },
  {
    text: "db at postgres://app:hunter22@db.internal/main",
    shown: "db at postgres://[secret]@db.internal/main",
  },
  { text: "Authorization: Bearer abcdefghij0123456789==", shown: "Authorization: [token]" },
  { text: "map key AIzaSyA1234567890abcdefghijklmnopqrstuv ok", shown: "map key [secret] ok" },
  { text: "npm_abcdefghijklmnop0123456789 and hf_abcdefghijklmnopqrst", shown: "[secret] and [secret]" },
  { text: "see https://example.com/a:b/c@d for it", shown: "see https://example.com/a:b/c@d for it" },
  { text: "the bearer of this letter is our agent", shown: "the bearer of this letter is our agent" },
  { text: "AKIAABCDEFGHIJKLMNOP", shown: "[secret]" },
  { text: "the password is hunter22 now", shown: "the [secret] now" },
  { text: "IBAN DE89 3704 0044 0532 0130 00 today", shown: "IBAN [iban] today" },
  { text: "call +49 30 901820 00 soon", shown: "call [phone] soon" },
  { text: "ssn 123-45-6789", shown: "ssn [ssn]" },
  { text: "host 10.0.12.7 is up", shown: "host [ip] is up" },
  { text: "bearer eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.abc", shown: "bearer [token]" },
  { text: "we refunded 45 euros on 3 March 2026", shown: "we refunded 45 euros on 3 March 2026" },
])("$text is shown as $shown", ({ text, shown }) => {
  expect(masked(text)).toBe(shown);
});
