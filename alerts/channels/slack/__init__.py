"""Slack: speaking and listening.

Speaking. A view (`alerts.views`) becomes a message in `blocks`: a case in `case_blocks`, of the pieces in `kit`, with
what can be clicked from `menu`; `escape` makes text from outside harmless. `client` posts, edits and finds it; `errors`
says what Slack's refusals mean.

Listening. What Slack tells goes one way:

    envelope    transport       Socket Mode, or HTTP whose signature holds
    who         listen          acknowledged at once; which workspace, which person (`people`); `interactions` reads it
    deed        buttons         a button: a table from its name to a move
                forms/          a form, a file each: its look, how what is sent is read, what is done with it
                shortcut        any message: the mention that it links to or quotes
                judging         what was not shown: right, or missed
                commands        `/ascolto`
    done        clicks          in one transaction, once however often Slack delivers it; who was faster
    shown       showing         the modals of a case, its reply to copy, the App Home (`home`), as they are now
    answer      answers         a modal in time, a modal that changes, words for the person alone

`listener` is what all of these are given, `seen` what a button remembers of what was seen. A deed of one click is a
line in `buttons.DEEDS` and its label in `menu.LABELS`; a form is a file in `forms/` and a line there; a command is a
line in `commands`.
"""
