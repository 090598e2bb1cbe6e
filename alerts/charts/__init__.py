"""Pictures of figures, for notifications: what one is (`picture`), how all of them look (`style`), and the charts.

matplotlib is loaded when the first picture is drawn, and only its objects are used, never the state of `pyplot`.
"""
