"""What a recording of the catalogue is to the archive.

Source: design, section 3, rule 5; docs/reference/matching.md, "Statuses".
"""

from enum import StrEnum


class Status(StrEnum):
    """What a recording of the catalogue is to the archive."""

    HELD = "held"
    DAMAGED = "damaged"
    WITHDRAWN = "withdrawn"
    DUPLICATE = "duplicate"
    UNAVAILABLE = "unavailable"
    REFUSED = "refused"
    WANTED = "wanted"
    BELOW_THE_LINE = "below-the-line"
