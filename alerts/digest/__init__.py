"""The week (or month) of a brand in figures, words and one picture. Sent once for each week; made anew whenever asked.

Figures are counted in the database over what was published in the period, by the brand's own calendar. What each means
is in docs/digest.md.
"""

from alerts.digest.figures import Figures
from alerts.digest.measure import ESTIMATE, measure
from alerts.digest.period import Period
from alerts.digest.send import HOUR, announce, post, report
from alerts.digest.write import write

__all__ = ["ESTIMATE", "HOUR", "Figures", "Period", "announce", "measure", "post", "report", "write"]
