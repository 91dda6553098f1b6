"""Tests of the comparison itself: `python3 -m unittest discover scripts/compare-qc`."""

import unittest

import compare
import inputs
import tables
import tools

DATA = b"##FastQC\t0.11.9\n>>Basic Statistics\tpass\n#Measure\tValue\n%GC\t4\n>>END_MODULE\n>>Kmer Content\tpass\n>>END_MODULE\n"


class Tables(unittest.TestCase):
    def test_equal_files_have_no_difference(self):
        self.assertEqual(list(tables.differences(DATA, DATA)), [])

    def test_a_difference_has_module_and_line(self):
        other = DATA.replace(b"%GC\t4", b"%GC\t5")
        self.assertEqual(list(tables.differences(DATA, other)), [("Basic Statistics", 3, b"%GC\t4", b"%GC\t5")])

    def test_a_module_of_one_file_is_different(self):
        other = DATA.replace(b">>Kmer Content\tpass\n>>END_MODULE\n", b"")
        found = {row[0] for row in tables.differences(DATA, other)}
        self.assertIn("Kmer Content", found)
        self.assertEqual(found, {row[0] for row in tables.differences(other, DATA)})

    def test_bytes_before_the_first_module_count(self):
        self.assertEqual([row[0] for row in tables.differences(DATA, b"#" + DATA)], [""])

    def test_a_report_with_an_error_is_incomplete(self):
        self.assertTrue(tables.is_complete(DATA))
        self.assertFalse(tables.is_complete(DATA.replace(b"%GC", b"Error\tx\n%GC")))


class Values(unittest.TestCase):
    def test_places_are_named(self):
        found = list(compare.unequal({"a": [1, {"b": 2}]}, {"a": [1, {"b": 3}]}, "x"))
        self.assertEqual(found, [("x.a[1].b", 2, 3)])

    def test_another_length_is_different(self):
        self.assertTrue(list(compare.unequal([1], [1, 2], "x")))

    def test_no_number_equals_itself(self):
        self.assertEqual(list(compare.unequal([float("nan")], [float("nan")], "x")), [])


class Inputs(unittest.TestCase):
    def test_every_input_has_its_own_report(self):
        names = [name for name, _ in inputs.generate()]
        self.assertEqual(len({tools.report_name(name) for name in names}), len(names))
        self.assertLessEqual(set(inputs.SHORT), set(names))

    def test_inputs_are_the_same_in_every_run(self):
        self.assertEqual(inputs.duplicates(), inputs.duplicates())


if __name__ == "__main__":
    unittest.main()
