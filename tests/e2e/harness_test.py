"""Does the harness end what it started, also where a test's own set-up fails?"""

import io
import os
import pathlib
import unittest

import harness


class Broken(harness.Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.pid = cls.server.process.pid
        cls.path = pathlib.Path(cls.folder)
        raise RuntimeError("of the test itself")

    def nothing(self):
        """Never run."""


class Whole(Broken):
    @classmethod
    def setUpClass(cls):
        try:
            super().setUpClass()
        except RuntimeError:
            pass

    def nothing(self):
        """Runs beside a server."""
        os.kill(self.pid, 0)


def run(case):
    suite = unittest.defaultTestLoader.suiteClass([case("nothing")])
    return unittest.TextTestRunner(stream=io.StringIO()).run(suite)


class Ends(unittest.TestCase):
    def nothing_is_left(self, case):
        self.assertFalse(case.path.exists())
        with self.assertRaises(ProcessLookupError):
            os.kill(case.pid, 0)

    def test_after_a_set_up_that_failed(self):
        result = run(Broken)
        if result.skipped:
            self.skipTest("the programs are not built")
        self.assertEqual(result.testsRun, 0)
        self.assertEqual(len(result.errors), 1, result.errors)
        self.assertIn("of the test itself", result.errors[0][1])
        self.nothing_is_left(Broken)

    def test_after_tests(self):
        result = run(Whole)
        if result.skipped:
            self.skipTest("the programs are not built")
        self.assertTrue(result.wasSuccessful(), result)
        self.assertEqual(result.testsRun, 1)
        self.nothing_is_left(Whole)


if __name__ == "__main__":
    unittest.main()
