//! App Platform as one of the clouds: each verb as its API has it.

use std::sync::Arc;

use async_trait::async_trait;
use jiff::Timestamp;

use super::api::{AppPlatform, explain};
use super::spec::{APP_SPEC, AppSpec};
use crate::model::report::{Cost, Pages};
use crate::platforms::dialect::Dialect as _;
use crate::platforms::{
    App, Capabilities, ComponentHealth, Deployment, Diagnosis, Document, LogKind, LogLine, Platform, Result, Rollout,
    Still, Validation, Words,
};
use crate::redact::Clean;
use crate::wait::Deadline;

/// <https://docs.digitalocean.com/products/app-platform/how-to/manage-deployments/#roll-back>
const CAPABILITIES: Capabilities = Capabilities {
    builds_branch_heads: true,
    pins_rollbacks: true,
    keeps: 10,
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

    async fn create(&self, document: &Document, project: Option<&str>, still: Still<'_>) -> Result<Rollout> {
        self.create(document.value(), project, async || still().await).await
    }

    async fn update(&self, app: &App, document: &Document, still: Still<'_>) -> Result<Rollout> {
        self.update(app, document.value(), async || still().await).await
    }

    async fn redeploy(&self, app: &App, force_build: bool, still: Still<'_>) -> Result<Rollout> {
        self.redeploy(app, force_build, async || still().await).await
    }

    async fn wait(
        &self,
        rollout: &Rollout,
        deadline: Deadline,
        on_change: &mut dyn for<'d> FnMut(&'d Deployment),
    ) -> Result<Deployment> {
        self.wait(rollout, deadline, on_change).await
    }

    async fn current_deployment(&self, app_id: &str) -> Result<Option<Deployment>> {
        self.current_deployment(app_id).await
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

    async fn sleeping(&self, app_id: &str) -> Result<Option<bool>> {
        self.sleeping(app_id).await
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

    async fn follow(
        &self,
        app_id: &str,
        deployment: Option<&str>,
        component: Option<&str>,
        kind: LogKind,
        on_line: &mut dyn FnMut(LogLine),
    ) -> Result<Option<()>> {
        self.follow(app_id, deployment, component, kind, on_line).await
    }

    async fn rollback(&self, app: &App, deployment_id: &str, skip_pin: bool) -> Result<Rollout> {
        self.rollback(app, deployment_id, skip_pin).await
    }

    async fn validate_rollback(&self, app_id: &str, deployment_id: &str, skip_pin: bool) -> Result<Validation> {
        self.validate_rollback(app_id, deployment_id, skip_pin).await
    }

    async fn commit_rollback(&self, app_id: &str) -> Result<()> {
        self.commit_rollback(app_id).await
    }

    async fn normalized(&self, document: &Document, app_id: Option<&str>) -> Result<Document> {
        Ok(AppSpec::document(self.normalized(document.value(), app_id).await?))
    }

    async fn cost(&self, document: &Document, app_id: Option<&str>) -> Result<Cost> {
        self.cost(document.value(), app_id).await
    }

    fn explain(&self, code: &str, message: &Clean) -> Option<Diagnosis> {
        explain(code, message)
    }
}
