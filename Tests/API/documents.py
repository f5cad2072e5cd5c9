"""Are the two documents what their specifications say, and their examples what they say themselves?"""

import json
import sys

import jsonschema
from openapi_spec_validator import OpenAPIV31SpecValidator

openapi, asyncapi = (json.load(open(path)) for path in sys.argv[1:3])

OpenAPIV31SpecValidator(openapi).validate()

count = 0
for name, schema in asyncapi["components"]["schemas"].items():
    jsonschema.Draft7Validator.check_schema(schema)
for name, message in asyncapi["components"]["messages"].items():
    schema = {**asyncapi, **message["payload"]}
    for example in message["examples"]:
        jsonschema.Draft7Validator(schema).validate(example["payload"])
        count += 1
for path, operations in openapi["paths"].items():
    for operation in operations.values():
        body = operation.get("requestBody")
        if body:
            content = body["content"]["application/json"]
            schema = {"components": openapi["components"], **content["schema"]}
            jsonschema.Draft202012Validator(schema).validate(content["example"])
            count += 1
print(f"the documents: {len(openapi['paths'])} addresses, "
      f"{len(asyncapi['components']['messages'])} messages, {count} examples")
