"""docs/openapi.yaml as a judge: is an answer, or a request, as it says?

The schemas are judged by python3-jsonschema, which we did not write.
"""

import re

import jsonschema
import yaml

import harness

DESCRIPTION = harness.ROOT / "docs/openapi.yaml"


class Description:
    def __init__(self):
        self.tree = yaml.safe_load(DESCRIPTION.read_text("utf-8"))
        self.resolver = jsonschema.RefResolver("", self.tree)
        self.operations = {
            (method.upper(), path): operation
            for path, item in self.tree["paths"].items()
            for method, operation in item.items()}
        self.patterns = [
            (method, re.compile(re.sub(r"\\\{\w+\\\}", "[^/]+",
                                       re.escape(path)) + "$"), operation)
            for (method, path), operation in self.operations.items()]

    def find(self, method, path):
        """The operation of a real path; one without parameters wins."""
        path = path.split("?")[0]
        exact = self.operations.get((method, path))
        if exact:
            return exact
        found = [operation for verb, pattern, operation in self.patterns
                 if verb == method and pattern.match(path)]
        if len(found) != 1:
            raise AssertionError(f"{method} {path}: {len(found)} operations")
        return found[0]

    def follow(self, node):
        while "$ref" in node:
            node = self.resolver.resolve(node["$ref"])[1]
        return node

    def judge(self, schema, value, what):
        validator = jsonschema.Draft202012Validator(
            schema, resolver=self.resolver,
            format_checker=jsonschema.FormatChecker())
        faults = sorted(validator.iter_errors(value), key=str)
        if faults:
            place = "/".join(str(step) for step in faults[0].absolute_path)
            raise AssertionError(
                f"{what}: at /{place}: {faults[0].message[:500]}")

    def judge_answer(self, method, path, answer):
        """Status, headers, media type and body are as described."""
        operation = self.find(method, path)
        name = f"{operation['operationId']} {answer.status}"
        described = operation["responses"].get(str(answer.status))
        if described is None:
            raise AssertionError(f"{name} is not described: {answer}")
        described = self.follow(described)
        for header in described.get("headers", {}):
            if answer.headers[header] is None:
                raise AssertionError(f"{name} lacks {header}")
        if "content" not in described:
            if answer.text:
                raise AssertionError(f"{name} has a body")
            return operation
        kind = answer.headers["Content-Type"]
        if kind not in described["content"]:
            raise AssertionError(f"{name} is {kind}")
        self.judge(described["content"][kind]["schema"], answer.json(), name)
        return operation

    def request_schema(self, operation):
        """Of a JSON body; None: it has none."""
        content = operation.get("requestBody", {}).get("content", {})
        schema = content.get("application/json", {}).get("schema")
        return self.follow(schema) if schema else None
