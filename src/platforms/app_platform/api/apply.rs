//! Creates or updates an app: once more without sleep, where the account refuses that.

use serde_json::Value;

use super::super::document::sleep::stay_awake;
use super::super::spec::AppSpec;
use super::AppPlatform;
use crate::platforms::app::App;
use crate::platforms::deployment::Rollout;
use crate::platforms::error::{PlatformError, Result};
use crate::platforms::{Applied, Wanted};

/// What a spec set in motion, and what the platform made of it.
pub(super) struct Sent {
    pub(super) rollout: Rollout,
    /// The spec asked for sleep, and the platform dropped it without a word.
    pub(super) sleep_dropped: bool,
}

impl AppPlatform {
    pub(in crate::platforms::app_platform) async fn apply(
        &self,
        live: Option<&App>,
        wanted: &Wanted<'_>,
        still: impl AsyncFn() -> Result<()>,
    ) -> Result<Applied> {
        let spec = wanted.document.value();
        let applied = |sent: Sent, spec: Value, is_refused: bool| Applied {
            rollout: sent.rollout,
            document: AppSpec::document(spec),
            stays_awake: is_refused || sent.sleep_dropped,
        };
        match self.send_spec(live, spec, wanted, &still).await {
            Err(PlatformError::SleepRefused { .. }) if wanted.may_stay_awake => {
                tracing::debug!(target: "decision", "sent again without sleep because the account refuses it");
                let mut awake = spec.clone();
                stay_awake(&mut awake);
                let sent = self.send_spec(live, &awake, wanted, &still).await?;
                Ok(applied(sent, awake, true))
            }
            sent => Ok(applied(sent?, spec.clone(), false)),
        }
    }

    async fn send_spec(
        &self,
        live: Option<&App>,
        spec: &Value,
        wanted: &Wanted<'_>,
        still: &impl AsyncFn() -> Result<()>,
    ) -> Result<Sent> {
        match live {
            Some(app) if wanted.may_be_under_way => match self.under_way(app, spec).await? {
                Some(sent) => Ok(sent),
                None => self.update(app, spec, still).await,
            },
            Some(app) => self.update(app, spec, still).await,
            None => self.create(spec, wanted.project, still).await,
        }
    }
}
