//! What is done about an event, in the words of the documentation's table.

use crate::flows::auto::table::Then;

pub(super) fn of(then: Then) -> &'static str {
    match then {
        Then::DeployPushed | Then::DeployTested => "`deploy`",
        Then::Preview => "`preview`",
        Then::TeardownClosed | Then::TeardownUnwanted => "`teardown`",
        Then::AsItIs => "`preview`, or `teardown` if it gets none any more",
        Then::Find => "their numbers as the output `pull-requests`",
        Then::Fork => "a comment that says why there is no preview",
        Then::Sweep => "`sweep`",
        Then::Asked => "what the inputs ask for",
        Then::Comment => "the command",
        Then::Nothing => "nothing",
        Then::Refuse => "refused, exit 2",
    }
}
