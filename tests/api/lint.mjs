// Lints docs/openapi.yaml with Redocly's rules; prints what they find.
import { createConfig, lint } from "@redocly/openapi-core";

const config = await createConfig({
  extends: ["recommended-strict"],
  rules: {
    // One server with an example's name: who runs it has a name of their own.
    "no-server-example.com": "off",
    "no-server-trailing-slash": "error",
    "operation-operationId": "error",
    "operation-operationId-unique": "error",
    "operation-summary": "error",
    "operation-singular-tag": "error",
    "tag-description": "error",
    "no-unused-components": "error",
    "path-parameters-defined": "error",
    "no-ambiguous-paths": "error",
  },
});
const problems = await lint({ ref: process.argv[2], config });
for (const problem of problems) {
  const place = problem.location[0];
  console.log(`${problem.severity} ${problem.ruleId}: ${problem.message} at ` +
    `${place?.pointer ?? "?"}`);
}
console.log(`${problems.length} problems`);
process.exit(problems.length === 0 ? 0 : 1);
