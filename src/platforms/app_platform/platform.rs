//! App Platform as one of the clouds: each verb as its API has it.

use std::sync::Arc;

use async_trait::async_trait;
use jiff::Timestamp;

use super::api::{AppPlatform, KEEPS};
use super::spec::{APP_SPEC, AppSpec};
use crate::model::report::{Cost, Pages};
use crate::platforms::dialect::Dialect as _;
use crate::platforms::{
    App, Applied, Capabilities, ComponentHealth, Deployment, Document, Hold, LogKind, LogLine, Outcome, Platform,
    Result, Rollout, Still, Wanted, WayBack, Words,
};
use crate::wait::Deadline;

const CAPABILITIES: Capabilities = Capabilities {
    builds_branch_heads: true,
    pins_rollbacks: true,
    keeps: KEEPS,
};

#[async_trait(?Send)]
impl Platform for AppPlatform {
    fn uncancellable(&self) -> Arc<dyn Platform> {
        Arc::new(self.uncancellable())
    }

    fn now(&self) -> Timestamp {
        self.now()
    }

    fn pages(&self) -> Option<Pages> {
        self.pages()
    }

    fn words(&self) -> &'static Words {
        APP_SPEC.words()
    }

    fn capabilities(&self) -> Capabilities {
        CAPABILITIES
    }

    fn has_met_a_limit(&self) -> bool {
        self.has_met_a_limit()
    }

    async fn find(&self, name: &str) -> Result<Option<App>> {
        self.find(name).await
    }

    async fn app(&self, id: &str) -> Result<Option<App>> {
        self.app(id).await
    }

    async fn list(&self) -> Result<Vec<App>> {
        self.list().await
    }

    async fn check(&self, document: &Document, app_id: Option<&str>) -> Result<Document> {
        Ok(AppSpec::document(self.normalized(document.value(), app_id).await?))
    }

    async fn apply(&self, live: Option<&App>, wanted: &Wanted<'_>, still: Still<'_>) -> Result<Applied> {
        self.apply(live, wanted, async || still().await).await
    }

    async fn redeploy(&self, app: &App, force_build: bool, still: Still<'_>) -> Result<Rollout> {
        self.redeploy(app, force_build, async || still().await).await
    }

    async fn follow(
        &self,
        rollout: &Rollout,
        deadline: Deadline,
        on_change: &mut dyn for<'d> FnMut(&'d Deployment),
    ) -> Result<Outcome> {
        self.follow(rollout, deadline, on_change).await
    }

    async fn serving(&self, app_id: &str, deployment_id: &str, deadline: Deadline) -> Result<Option<App>> {
        self.serving(app_id, deployment_id, deadline).await
    }

    async fn deployments(&self, app_id: &str, limit: usize) -> Result<Vec<Deployment>> {
        self.deployments(app_id, limit).await
    }

    async fn cancel(&self, app_id: &str, deployment_id: &str) -> Result<()> {
        self.cancel(app_id, deployment_id).await
    }

    async fn destroy(&self, app_id: &str, deadline: Deadline, still: Still<'_>) -> Result<()> {
        self.destroy(app_id, deadline, async || still().await).await
    }

    async fn health(&self, app_id: &str) -> Result<Vec<ComponentHealth>> {
        self.health(app_id).await
    }

    async fn logs(
        &self,
        app_id: &str,
        deployment: Option<&str>,
        component: Option<&str>,
        kind: LogKind,
        tail: usize,
    ) -> Result<Option<Vec<LogLine>>> {
        self.logs(app_id, deployment, component, kind, tail).await
    }

    async fn follow_log(
        &self,
        app_id: &str,
        deployment: Option<&str>,
        component: Option<&str>,
        kind: LogKind,
        on_line: &mut dyn FnMut(LogLine),
    ) -> Result<Option<()>> {
        self.follow_log(app_id, deployment, component, kind, on_line).await
    }

    async fn check_way_back(&self, app: &App, earlier: &Deployment, hold: Hold) -> Result<WayBack> {
        self.check_way_back(app, earlier, hold).await
    }

    async fn roll_back(&self, app: &App, earlier: &Deployment, hold: Hold) -> Result<Rollout> {
        self.roll_back(app, &earlier.id, hold).await
    }

    async fn release(&self, app: &App) -> Result<()> {
        self.release(&app.id).await
    }

    async fn cost(&self, document: &Document, app_id: Option<&str>) -> Result<Cost> {
        self.cost(document.value(), app_id).await
    }

    async fn list_price(&self, document: &Document) -> Result<Cost> {
        self.list_price(document.value()).await
    }
}
