//! Images: a folder stands in for the registry, and an image's folder for its working directory.

use std::path::Path;
use std::sync::atomic::AtomicBool;

use super::{failed, inside, start};
use crate::log::Log;
use crate::processes::disk;
use crate::processes::plan::{Build, BuildPlan, StepError};
use crate::processes::runner::Runner;

/// Copies the image's files, because a tag's folder may be another image later. What an image starts without a command
/// stands in its `Procfile`.
pub(super) async fn pull(runner: &Runner, plan: &BuildPlan, reference: &str, log: &Log) -> Result<Build, StepError> {
    let component = &plan.component;
    let Some(registry) = &runner.images else {
        return Err(failed(format!(
            "the sandbox does not know the image `{reference}` of `{component}`: start it with `--images DIR` and put the image's files into `DIR/{reference}`"
        )));
    };
    let image = inside(registry, reference)
        .filter(|image| image.is_dir())
        .ok_or_else(|| failed(format!("the image `{reference}` of `{component}` does not exist")))?;
    log.push(component, &format!("pulling {reference}"));
    let folder = runner
        .root
        .join("builds")
        .join(format!("{component}-{}", runner.next_number()));
    let copied = copy(&image, &folder).await;
    copied.map_err(|error| failed(format!("cannot copy the image `{reference}`: {error}")))?;
    Ok(Build {
        component: component.clone(),
        start: start::start_command(&folder, plan.kind),
        directory: folder,
        envs: Vec::new(),
        reused: false,
    })
}

async fn copy(image: &Path, folder: &Path) -> std::io::Result<()> {
    let (image, folder) = (image.to_owned(), folder.to_owned());
    tokio::task::spawn_blocking(move || disk::copy(&image, &folder, &AtomicBool::new(false)))
        .await
        .map_err(std::io::Error::other)?
}
