"""Fails when a run of pytest ran no test, or skipped one: `check_report.py REPORT`, its JUnit XML."""

import sys
from pathlib import Path
from xml.etree import ElementTree


def is_skipped(case: ElementTree.Element) -> bool:
    """Whether a test was not run; one that failed as expected was."""
    mark = case.find("skipped")
    return mark is not None and mark.get("type") != "pytest.xfail"


def main(report: Path) -> None:
    cases = list(ElementTree.parse(report).iter("testcase"))
    skipped = [f"{case.get('classname')}.{case.get('name')}" for case in cases if is_skipped(case)]
    if not cases:
        sys.exit("No test was run, and this lane has to run some")
    if skipped:
        sys.exit(f"Skipped, and this lane may skip nothing: {', '.join(skipped)}")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
