"""The lines of S1 that no general rule mends: what stands there, what is read instead, and why."""

from tests.seeds.examples import Patch

_UNBALANCED = "brackets that do not close, or close too early"
_ROW = "one row of a list is printed without the list"
_SPLIT = "brackets at a place where the page broke the block"

PATCHES = (
    # samples that contradict what the page itself defines: the field is there, its value says nothing
    Patch(213, '"DONT_REPLY_TO_AN_EMAIL"', "null", "one word, where line 304 has an array: read as unknown"),
    Patch(498, '"DONT_REPLY_TO_AN_EMAIL"', "null", "one word, where line 304 has an array: read as unknown"),
    Patch(1060, '"SENT"', "null", "none of the lead statuses of lines 131-134: read as unknown"),
    Patch(222, "40%", "40", "percent sign behind a number left out"),
    Patch(238, "// leave null if no client }", "}", "comment within a line removed"),
    Patch(327, "Invalid track_settings value", '{"error":"Invalid track_settings value', "bare text read as an error"),
    Patch(327, "{trackSettings}", '{trackSettings}"}', "bare text read as an error"),
    # the steps that are read
    Patch(346, "{", "[{", _ROW),
    Patch(390, "}", "}]", _ROW),
    # the steps that are saved: variant C and step 2 stand in lists of their own behind the end
    Patch(424, "]", "", _SPLIT),
    Patch(425, "}", "", _SPLIT),
    Patch(426, "]", "", _SPLIT),
    Patch(427, "}", "", _SPLIT),
    Patch(433, "},", ",", _SPLIT),
    Patch(434, "[", "", _SPLIT),
    Patch(441, "],", "]},", _SPLIT),
    Patch(442, "[", "", _SPLIT),
    # a lead of the list: its custom fields swallow the rest
    Patch(1071, '"L",', '"L"},', _UNBALANCED),
    Patch(1071, "false}", "false", _UNBALANCED),
    # history: an object without braces
    Patch(1216, '"history"', '{"history"', _UNBALANCED),
    Patch(1242, 'siu.io"', 'siu.io"}', _UNBALANCED),
    # statistics: the row ends before it is whole
    Patch(1310, '"status": "opened"', "", '"status" is no field of a row, and contradicts line 1324'),
    Patch(1311, "}", "", _SPLIT),
    Patch(1312, "]", "", _SPLIT),
    Patch(1313, "}", "", _SPLIT),
    # analytics: the object ends before it is whole
    Patch(1431, "}", ",", _SPLIT),
    Patch(1435, "[],", "", _SPLIT),
    # leads that are imported
    Patch(1487, '"L",', '"L"},', _UNBALANCED),
    Patch(1489, '"mufc.com"}', '"mufc.com"', _UNBALANCED),
    Patch(1495, "// false allows leads to be added", "}}", "comment removed, the brackets below the block taken in"),
    Patch(1656, '"Loved you",', '"Loved you"},', _UNBALANCED),
    Patch(1657, '>"}', '>"', _UNBALANCED),
    Patch(1732, "{", "[{", _ROW),
    Patch(1745, "}", "}]", _ROW),
    Patch(1790, "{eachCategory}\"}}", "{eachCategory}\"}", _UNBALANCED),
    Patch(1836, '"permission"', '{"permission"', "a field alone read as an object"),
    Patch(1836, "]", "]}", "a field alone read as an object"),
    # clients: the second stands in the first
    Patch(1883, "},", "}},", _UNBALANCED),
    Patch(1900, "},", "", _UNBALANCED),
    Patch(1926, "send yo", "send yo' }", "text and bracket that are cut at the end of the line"),
)  # fmt: skip
