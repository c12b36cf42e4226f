//! Removes an app and makes sure that it is gone.

use std::time::Duration;

use reqwest::Method;

use super::super::words::WORDS;
use super::{AppPlatform, app_path};
use crate::net::client::Client;
use crate::net::retry::Repeat;
use crate::platforms::error::{PlatformError, Result};
use crate::wait::Deadline;

/// Pause between two looks whether the app is still there.
const LOOK_AGAIN: Duration = Duration::from_secs(2);

impl AppPlatform {
    pub(in crate::platforms::app_platform) async fn destroy(
        &self,
        app_id: &str,
        deadline: Deadline,
        still: impl AsyncFn() -> Result<()>,
    ) -> Result<()> {
        let path = app_path(app_id);
        let sending = async {
            // Freely, because the second of two removals finds nothing, which is success.
            let send = async |client: &Client| client.send_only(Method::DELETE, &path, None, Repeat::Freely).await;
            self.answered(self.past_limits(send, &still).await?)
        };
        match self.within(deadline, sending).await {
            Ok(()) => {}
            Err(error) if error.is_not_found() => return Ok(()),
            // It may have been carried out; the next look shows.
            Err(error) if error.is_transient() && self.app(app_id).await?.is_none() => return Ok(()),
            Err(error) => return Err(error),
        }
        loop {
            match self.within(deadline, self.app(app_id)).await {
                Ok(None) => return Ok(()),
                Ok(Some(_)) => {}
                // One look that fails proves nothing about the app; the deadline ends the loop.
                Err(error) if error.is_transient() => {}
                Err(error) => return Err(error),
            }
            if deadline.is_over() {
                return Err(PlatformError::Deadline {
                    waited: deadline.total(),
                    words: &WORDS,
                });
            }
            self.wait.sleep(LOOK_AGAIN).await?;
        }
    }
}
