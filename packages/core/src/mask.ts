/**
 * Patterns of secrets and personal data, most specific first. Each quantifier is bounded, so masking is linear.
 *
 * Our own: of the libraries kept for Node 20, @openredaction/core 1.1 misses live keys, passwords and IBANs of the tests and takes
 * plain sentences for addresses, redact-pii needs Google's cloud client, fast-redact and @pinojs/redact know fields, not text.
 */
const sensitive: readonly (readonly [RegExp, string])[] = [
  [
    /-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----[\s\S]{0,8000}?(?:-----END [A-Z ]{0,30}PRIVATE KEY-----|$)/g,
    "[private key]",
  ],
  [/\beyJ[\w-]{8,2000}\.[\w-]{8,4000}\.[\w-]{0,2000}/g, "[token]"],
  [/\bhttps:\/\/hooks\.slack\.com\/[\w/-]{10,200}/g, "[secret]"],
  [/(?<=\b[a-z][a-z+.-]{1,20}:\/\/)[^\s/:@]{1,100}:[^\s/@]{1,200}(?=@)/gi, "[secret]"],
  [/\b[Bb]earer\s{1,3}[\w.~+/-]{16,2000}={0,2}/g, "[token]"],
  [/\bAIza[\w-]{35}/g, "[secret]"],
  [/\b(?:npm|hf|dop_v1|shpat)_[A-Za-z0-9]{16,100}\b/g, "[secret]"],
  [/\bSG\.[\w-]{16,40}\.[\w-]{16,60}/g, "[secret]"],
  [/\b(?:sk|pk|rk|ghp|gho|ghs|github_pat|xox[abps]|glpat|lsv2_pt|lsv2_sk)[-_][\w-]{10,200}/g, "[secret]"],
  [/\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/g, "[secret]"],
  [
    /\b(?:password|passwd|secret|api[_ -]?key|token|pin)\b["']?\s{0,3}(?::|=|\bis\b)\s{0,3}\S{3,200}/gi,
    "[secret]",
  ],
  [/\b[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}\b/g, "[email]"],
  [/\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?\b/g, "[iban]"],
  [/\b\d(?:[ -]?\d){12,18}\b/g, "[card]"],
  [/\b\d{3}-\d{2}-\d{4}\b/g, "[ssn]"],
  [/(?<![\w.])\+?\(?\d{1,4}\)?(?:[ .-]\(?\d{2,8}\)?){2,5}(?!\w)/g, "[phone]"],
  [/\b(?:\d{1,3}\.){3}\d{1,3}\b/g, "[ip]"],
];

/** The text with secrets and personal data replaced by what they are, such as "[email]". */
export function masked(text: string): string {
  return sensitive.reduce((current, [pattern, name]) => current.replace(pattern, name), text);
}
