"""The profile of an asker: read from a sentence in everyday Chinese or from a form, shown back, never guessed.

read("我们是沈阳一家做机器人的小公司，30个人").summary()
→ "我理解的情况：小微企业；辽宁省沈阳市；小型；从业人员 30 人；机器人。请更正。"

`profile_read` puts a profile together, `profile_words` judges what stands around a saying (sayings.tsv), `profile_region`,
`profile_numbers` and `profile_size` read places, numbers and official sizes, `profile_problems` finds contradictions,
`profile_form` takes a form.
"""

from __future__ import annotations

from qa.profile_form import ProfileError, choices, from_form
from qa.profile_read import LONGEST, merge, read
from qa.profile_records import NAMES, NUMBERS, Facts, Known, Profile

__all__ = ["LONGEST", "NAMES", "NUMBERS", "Facts", "Known", "Profile", "ProfileError", "choices", "from_form", "merge", "read"]
