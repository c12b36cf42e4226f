//! What a sandbox is made of, and what its server keeps about the requests that it answers.

use std::sync::Arc;

use super::audit::Audit;
use super::faults::Faults;
use super::record::Recorder;
use super::requests::Requests;
use crate::account::Account;
use crate::changes::Changes;
use crate::clock::Clock;
use crate::clouds::app_platform::domain::platform::AppPlatform;
use crate::github::GitHub;

#[derive(Debug)]
pub(crate) struct Sandbox {
    pub(crate) clock: Clock,
    pub(crate) account: Account,
    pub(crate) changes: Changes,
    pub(crate) app_platform: Arc<AppPlatform>,
    pub(crate) github: Arc<GitHub>,
    pub(crate) base_url: String,
    pub(crate) recorder: Option<Recorder>,
    pub(crate) faults: Faults,
    pub(crate) requests: Requests,
    pub(crate) audit: Audit,
}
