"""What Slack's error codes mean for us, and what a person can do about each. Only tables."""

# May have happened all the same: look before sending again.
PERHAPS_DONE = frozenset(
    {"internal_error", "fatal_error", "service_unavailable", "request_timeout", "team_added_to_org"}
)
BUSY = frozenset({"ratelimited", "rate_limited"})
# The same message without blocks may pass.
BLOCKS_REFUSED = frozenset({"invalid_blocks", "invalid_blocks_format", "msg_blocks_too_long", "msg_too_long"})
_SETUP = {
    "channel_not_found": "check the channel's name under [slack]; invite the app there if it is private",
    "not_in_channel": "invite the app: /invite @Ascolto in that channel",
    "is_archived": "the channel is archived: name another one under [slack]",
    "restricted_action": "an admin of the workspace must let the app post there",
    "invalid_auth": "check SLACK_BOT_TOKEN: it begins with xoxb- and belongs to this workspace",
    "not_authed": "set SLACK_BOT_TOKEN",
    "account_inactive": "the app was removed from the workspace: install it again and renew SLACK_BOT_TOKEN",
    "token_revoked": "the token was revoked: install the app again and renew SLACK_BOT_TOKEN",
    "token_expired": "the token has expired: install the app again and renew SLACK_BOT_TOKEN",
    "missing_scope": "the app lacks a scope: compare it with docs/slack-app-manifest.yaml and install it again",
    "no_permission": "the app lacks a scope: compare it with docs/slack-app-manifest.yaml and install it again",
    "not_allowed_token_type": "SLACK_BOT_TOKEN must be the bot's token, which begins with xoxb-",
    "ekm_access_denied": "an admin of the workspace has suspended posting",
    "org_login_required": "the workspace is being moved to an organisation: try again when that is over",
}
_MESSAGE = {
    "invalid_blocks": "Slack refused the look of this message, with and without blocks: please report it",
    "msg_too_long": "Slack refused the length of this message: please report it",
    "message_not_found": "somebody deleted the message in Slack",
    "cant_update_message": "the message belongs to another app: was the app created anew?",
    "edit_window_closed": "the workspace forbids editing old messages: an admin can allow it",
}
# Wrong in the setup: nothing to that place or by this token gets through until a person mends it.
OF_THE_SETUP = frozenset(_SETUP)
MENDS = _SETUP | _MESSAGE
