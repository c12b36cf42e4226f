//! Dockerfiles: built where a Docker daemon answers.

use std::path::Path;

use super::step::Steps;
use super::{failed, inside};
use crate::processes::plan::StepError;

/// The sandbox can build an image but not run one, so a component with a Dockerfile always ends here.
pub(super) async fn refuse(steps: &Steps<'_>, dockerfile: &str, checkout: &Path) -> Result<(), StepError> {
    let Some(file) = inside(checkout, dockerfile).filter(|file| file.is_file()) else {
        return Err(failed(format!(
            "`dockerfile_path` `{dockerfile}` does not exist in this commit"
        )));
    };
    if steps.ask(&["docker", "info"], steps.source).await?.is_none() {
        return Err(failed(format!(
            "`{dockerfile}` cannot be built: no Docker daemon answers on this machine"
        )));
    }
    let file = file.display().to_string();
    steps
        .run(&["docker", "build", "--file", &file, "."], "docker build")
        .await?;
    Err(failed(format!(
        "`{dockerfile}` was built, but the sandbox runs no containers: remove `dockerfile_path` to use a buildpack"
    )))
}
