"""What Slack's error codes mean for us, and what a person can do about each. Only tables."""

from alerts.words import N_

# May have happened all the same: look before sending again.
PERHAPS_DONE = frozenset(
    {"internal_error", "fatal_error", "service_unavailable", "request_timeout", "team_added_to_org"}
)
BUSY = frozenset({"ratelimited", "rate_limited"})
# The same message without blocks may pass.
BLOCKS_REFUSED = frozenset({"invalid_blocks", "invalid_blocks_format", "msg_blocks_too_long", "msg_too_long"})
_PLACE = {
    "channel_not_found": N_("check the channel's name under [slack]; invite the app there if it is private"),
    "not_in_channel": N_("invite the app: /invite @Ascolto in that channel"),
    "is_archived": N_("the channel is archived: name another one under [slack]"),
    "restricted_action": N_("an admin of the workspace must let the app post there"),
}
_TOKEN = {
    "invalid_auth": N_("check SLACK_BOT_TOKEN: it begins with xoxb- and belongs to this workspace"),
    "not_authed": N_("set SLACK_BOT_TOKEN"),
    "account_inactive": N_(
        "the app was removed from the workspace: install it again and renew SLACK_BOT_TOKEN"
    ),
    "token_revoked": N_("the token was revoked: install the app again and renew SLACK_BOT_TOKEN"),
    "token_expired": N_("the token has expired: install the app again and renew SLACK_BOT_TOKEN"),
    "missing_scope": N_(
        "the app lacks a scope: compare it with docs/slack-app-manifest.yaml and install it again"
    ),
    "no_permission": N_(
        "the app lacks a scope: compare it with docs/slack-app-manifest.yaml and install it again"
    ),
    "not_allowed_token_type": N_("SLACK_BOT_TOKEN must be the bot's token, which begins with xoxb-"),
    "ekm_access_denied": N_("an admin of the workspace has suspended posting"),
    "org_login_required": N_("the workspace is being moved to an organisation: try again when that is over"),
}
_FILE = {
    "upload_refused": N_("Slack did not take a picture: its message stays without it"),
    "file_type_not_allowed": N_("the workspace takes no PNG files: an admin can allow them"),
}
_MESSAGE = {
    "invalid_blocks": N_("Slack refused the look of this message, with and without blocks: please report it"),
    "msg_too_long": N_("Slack refused the length of this message: please report it"),
    "message_not_found": N_("somebody deleted the message in Slack"),
    "cant_update_message": N_("the message belongs to another app: was the app created anew?"),
    "edit_window_closed": N_("the workspace forbids editing old messages: an admin can allow it"),
}
# Wrong in the setup: nothing to that place, or by this token, gets through until a person mends it.
OF_THE_PLACE, OF_THE_TOKEN = frozenset(_PLACE), frozenset(_TOKEN)
MENDS = _PLACE | _TOKEN | _FILE | _MESSAGE
UNKNOWN = N_("see Slack's description of this error code")
