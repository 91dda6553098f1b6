"""Tests of the comparison itself: `python3 -m unittest discover scripts/compare-media`."""

import os
import tempfile
import unittest

import fields
import lists
import oracles
import transport
from compare import Comparison
from rules import NAMES, Rules, near, number

RULES = """
[[rule]]
area = "probe"
container = "mp4"
field = "stream.width"
when = "near(ours, theirs, 1)"
reason = "rounded"
"""


def rules(text=RULES):
    """Rules of a text."""
    with tempfile.NamedTemporaryFile("w", suffix=".toml", delete=False) as file:
        file.write(text)
    try:
        return Rules(file.name)
    finally:
        os.unlink(file.name)


def differing(results):
    """The fields and both values of what differs."""
    return [(found["field"], found["ours"], found["theirs"]) for equal, found in results if not equal]


class Probe(unittest.TestCase):
    def test_a_field_of_one_tool_only_is_different(self):
        mine = {"streams": [{"index": 0, "width": 4, "tags": {"title": "a"}}], "format": {"size": "1"}}
        other = {"streams": [{"index": 0, "width": 5, "tags": {}}], "format": {"size": "1", "bit_rate": "8"}}
        found = differing(fields.compare_probe(mine, other))
        expected = [("format.bit_rate", None, "8"), ("stream.width", 4, 5), ("stream.tags.title", "a", None)]
        self.assertEqual(found, expected)

    def test_streams_are_paired_by_identifier(self):
        mine = {"streams": [{"index": 0, "id": "0x2"}, {"index": 1, "id": "0x1"}]}
        other = {"streams": [{"index": 0, "id": "0x1"}]}
        found = differing(fields.compare_probe(mine, other))
        self.assertEqual(found, [("stream.index", 1, 0), ("stream", "?", None)])


class Packets(unittest.TestCase):
    def packets(self, *rows):
        return [{"stream_index": stream, "pts": pts, "pos": str(pos)} for stream, pts, pos in rows]

    def test_a_packet_too_many_leaves_the_others_paired(self):
        mine, other = self.packets((0, 1, 10), (0, 2, 20), (0, 3, 30)), self.packets((0, 1, 10), (0, 4, 30))
        found = differing(lists.compare_packets(mine, other, {}, {}))
        self.assertEqual(found, [("pts", 3, 4), ("extra", "2 @20 None", None)])

    def test_another_order_of_equal_packets_is_different(self):
        mine, other = self.packets((0, 1, 10), (1, 1, 20)), self.packets((1, 1, 20), (0, 1, 10))
        self.assertEqual([field for field, *_ in differing(lists.compare_packets(mine, other, {}, {}))], ["order"])


class Tree(unittest.TestCase):
    def row(self, depth, name, offset, length):
        return {"depth": depth, "type": name, "offset": offset, "header_len": 8, "len": length}

    def test_what_fq_cannot_decode_is_marked(self):
        rows = [self.row(0, "moov", 0, 40), self.row(1, "trak", 8, 16), self.row(1, "udta", 24, 16)]
        other = [[0, 24, "moov", 40], [8, 16, "trak", 16]]
        (found,) = [found for equal, found in lists.compare_tree(rows, other, "mp4") if not equal]
        self.assertEqual((found["field"], found["fq_unread"], found["fq_opaque"]), ("udta", True, None))

    def test_a_box_without_children_in_fq_is_opaque(self):
        rows = [self.row(0, "iinf", 0, 40), self.row(1, "infe", 12, 28)]
        (found,) = [found for equal, found in lists.compare_tree(rows, [[0, 40, "iinf", 40]], "mp4") if not equal]
        self.assertEqual((found["field"], found["fq_unread"], found["fq_opaque"]), ("infe", False, "iinf"))

    def test_a_box_that_only_fq_lists_is_different(self):
        found = differing(lists.compare_tree([self.row(0, "free", 0, 8)], [[0, 8, "free", 8], [8, 9, "skip", 9]], "mp4"))
        self.assertEqual(found, [("skip", None, "skip @8 +9")])

    def test_transport_packets_are_read_past_lost_bytes(self):
        packet = bytes([0x47, 0x41, 0x02, 0x35, 3]) + bytes(183)
        data = packet * 3 + b"lost" + packet * 3
        found = list(transport.packets(data))
        self.assertEqual([row[0] for row in found], [0, 188, 376, 568, 756, 944])
        self.assertEqual(found[0][1:], (188, 0x102, True, 5, 4, 180))


class Explanations(unittest.TestCase):
    def test_a_rule_explains_only_what_it_names(self):
        comparison = Comparison(rules(), {"container": "mp4", "streams": {}})
        for field, ours, theirs in (("stream.width", 4, 5), ("stream.width", 4, 6), ("stream.height", 4, 5)):
            difference = {"area": "probe", "field": field, "ours": ours, "theirs": theirs, "mine": {}, "other": {}}
            comparison.add("probe", [(False, difference)])
        self.assertEqual(comparison.counts, {"probe stream.width": [0, 1, 1], "probe stream.height": [0, 0, 1]})
        self.assertEqual(comparison.verdicts(), {"probe": "different"})

    def test_a_rule_without_a_reason_is_refused(self):
        with self.assertRaises(ValueError):
            rules('[[rule]]\narea = "probe"\ncontainer = "*"\nfield = "*"\n')

    def test_the_rules_of_this_folder_can_be_read(self):
        self.assertTrue(Rules(os.path.join(os.path.dirname(os.path.abspath(__file__)), "rules.toml")).rules)

    def test_no_value_hides_a_function_of_rules(self):
        packet = {"stream_index": 0, "pos": "1", "size": "2"}
        (_, found), *_ = [row for row in lists.compare_packets([packet], [{**packet, "size": "3"}], {}, {}) if not row[0]]
        self.assertFalse(set(found) & set(NAMES))
        found = differing(fields.compare_probe({"format": {"size": "1"}}, {"format": {"size": "2"}}))
        self.assertEqual(found, [("format.size", "1", "2")])

    def test_numbers(self):
        self.assertTrue(near("30000/1001", "29.97", "0.001"))
        self.assertIsNone(number("N/A"))


class Detection(unittest.TestCase):
    def test_containers_are_told_by_content(self):
        transport_stream = (b"\x47" + bytes(187)) * 3
        heads = {b"\x1aE\xdf\xa3": "matroska", transport_stream: "mpegts", b"\0\0\0\x10ftypisom": "mp4", b">name\nACGT": None}
        for head, container in heads.items():
            self.assertEqual(oracles.container_of(head), container)


if __name__ == "__main__":
    unittest.main()
