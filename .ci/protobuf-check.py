"""Reads and writes Gavel's messages with Google's Protocol Buffers library.

Called by ForeignProtobufTests: `protobuf-check.py SCHEMA < lines`, where SCHEMA is a descriptor set
and each line is `CLASS TAB JSON TAB HEX`: a frame's class in the schema, the frame as JSON, and as
our bytes. Makes the same frame from the JSON alone, by the schema and by what protocol.md says of
it; stops with an error when our bytes say anything else; answers with its own bytes, a line each.
"""

import json
import sys

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory


class Number(str):
    """A number as it was written."""


def read(text):
    return json.loads(text, parse_int=Number, parse_float=Number)


def is_int64(number):
    return number == str(int(number)) if number.lstrip("-").isdigit() else False


def plain(field, value):
    """A JSON value as the field's kind wants it."""
    if field.enum_type:
        prefix = field.enum_type.values[0].name.removesuffix("UNSPECIFIED")
        return field.enum_type.values_by_name[prefix + value.upper()].number
    if field.type == field.TYPE_BYTES:
        return bytes.fromhex(value)
    return int(value) if isinstance(value, Number) else value


def fill(message, kind, fields, ours):
    if kind == "receipt" and "receipt" in message.DESCRIPTOR.fields_by_name:
        content = {k: v for k, v in fields.items() if k not in ("auction", "id")}
        fields = {"auction": fields["auction"], "id": fields["id"], "receipt": content}
    for key, value in fields.items():
        if value is None:
            continue
        if key == "heads":
            for auction, seq in value.items():
                message.heads.add(auction=auction, seq=int(seq))
        elif key == "client_time":
            if is_int64(value) and -(2**63) <= int(value) < 2**63:
                message.client_time = int(value)
            else:
                message.client_time_text = value
        elif key == "receipt" and isinstance(value, dict):
            # The same object; its text may be written in many ways.
            assert read(ours.receipt) == value, ours.receipt
            message.receipt = ours.receipt
        else:
            field = message.DESCRIPTOR.fields_by_name[key]
            setattr(message, key, plain(field, value))


def main():
    pool = descriptor_pool.DescriptorPool()
    with open(sys.argv[1], "rb") as schema:
        for file in descriptor_pb2.FileDescriptorSet.FromString(schema.read()).file:
            pool.Add(file)
    for line in sys.stdin:
        name, text, ours = line.rstrip("\n").split("\t")
        frame_class = message_factory.GetMessageClass(
            pool.FindMessageTypeByName("gavel.v1." + name)
        )
        parsed = frame_class.FromString(bytes.fromhex(ours))
        fields = read(text)
        kind = fields.pop("type")
        frame = frame_class()
        if fields.get("ref") is not None:
            frame.ref = fields["ref"]
        fields.pop("ref", None)
        message = getattr(frame, kind)
        message.SetInParent()
        fill(message, kind, fields, getattr(parsed, kind))
        assert frame == parsed, f"{text}\nshould be\n{frame}\nand is\n{parsed}"
        print(frame.SerializeToString().hex())


main()
