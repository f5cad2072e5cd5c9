"""Reads the Containerfile as a builder would, as far as that can be done without building."""

import json
import os
import sys

from dockerfile_parse import DockerfileParser

path = sys.argv[1]
with open(path, "rb") as file:
    instructions = DockerfileParser(fileobj=file).structure

KNOWN = {
    "FROM", "RUN", "COPY", "WORKDIR", "USER", "VOLUME", "ENV", "EXPOSE", "STOPSIGNAL",
    "HEALTHCHECK", "ENTRYPOINT", "CMD", "COMMENT",
}
faults = []


def of(name):
    return [each for each in instructions if each["instruction"] == name]


for each in instructions:
    if each["instruction"] not in KNOWN:
        faults.append(f"line {each['startline'] + 1}: {each['instruction']} is no instruction")
stages = of("FROM")
if len(stages) != 2 or not stages[0]["value"].endswith(" AS build"):
    faults.append("there must be a stage that builds and one that runs")
for stage in stages:
    if ":" not in stage["value"].split(" ")[0].split("/")[-1]:
        faults.append(f"{stage['value']}: the image has no version")
last = stages[-1]["startline"]
runs_as = [each["value"] for each in of("USER") if each["startline"] > last]
if not runs_as or runs_as[-1] in ("root", "0"):
    faults.append("it would run as root")
for name in ("ENTRYPOINT", "CMD"):
    for each in of(name):
        try:
            json.loads(each["value"])
        except ValueError:
            faults.append(f"{name} must be a list, or a shell stands between it and the signals")
if not of("HEALTHCHECK"):
    faults.append("there is no HEALTHCHECK")
for each in of("COPY"):
    words = [word for word in each["value"].split() if not word.startswith("--")]
    if "--from=" in each["value"]:
        continue
    for source in words[:-1]:
        if not os.path.exists(os.path.join(os.path.dirname(os.path.abspath(path)), source)):
            faults.append(f"COPY: there is no {source}")

if faults:
    sys.exit("\n".join(f"{path}: {fault}" for fault in faults))
print(f"{path}: {len(instructions)} instructions, all of them known; it was not built")
