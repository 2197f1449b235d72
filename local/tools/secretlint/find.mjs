// Names what looks like a secret in texts: JSON on standard input, [{name, text}], and on standard output,
// [{name, rule, line, secret}]. Nothing in a text can switch a rule off.
import { lintSource } from "@secretlint/core";
import { secretLintProfiler } from "@secretlint/profiler";
import { rules } from "@secretlint/secretlint-rule-preset-recommend";

const options = {
  // The number of an account is no secret; the id of a key may lead to one.
  "@secretlint/secretlint-rule-aws": { options: { enableIDScanRule: true }, allowMessageIds: ["AWSAccountID"] },
};
const config = {
  rules: rules
    .filter(({ meta }) => meta.id !== "@secretlint/secretlint-rule-filter-comments")
    .map((rule) => ({ id: rule.meta.id, rule, ...options[rule.meta.id] })),
};

// It notes the time of each step among all others, which takes longer than the search.
secretLintProfiler.mark = () => {};

let input = "";
for await (const part of process.stdin.setEncoding("utf8")) input += part;

const found = [];
for (const { name, text } of JSON.parse(input)) {
  const source = { filePath: name, content: text, ext: "", contentType: "text" };
  const { messages } = await lintSource({ source, options: { config, noPhysicFilePath: true } });
  for (const { ruleId, messageId, range, loc } of messages) {
    const rule = `${ruleId.replace("@secretlint/secretlint-rule-", "")} ${messageId}`;
    found.push({ name, rule, line: loc.start.line, secret: text.slice(...range) });
  }
}
process.stdout.write(JSON.stringify(found));
