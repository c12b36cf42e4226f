//! `[preview] limit`: how many previews a repository may have at once, also where many are made together.

use std::time::Duration;

use jiff::Timestamp;

use crate::config::Config;
use crate::flows::context::Ctx;
use crate::flows::preview::eligibility::Skip;
use crate::flows::project::ownership;
use crate::flows::project::target::Target;
use crate::github::repository::Repository;
use crate::model::count::plural;
use crate::platforms::{App, PlatformError};

/// How long after its creation an app is compared with those that were made together with it: an app of the same moment
/// has to be listed by then.
const SETTLE: Duration = Duration::from_secs(2);

/// How often an app that was just made is searched for: a list may lag behind.
const LOOKS: usize = 3;

/// Why there is no room for one more.
pub(crate) fn reached(apps: &[App], config: &Config, repository: &Repository) -> Option<Skip> {
    let (count, limit) = (previews(apps, repository).len(), config.preview.limit as usize);
    (count >= limit).then(|| over(count, limit))
}

/// Why the preview of a pull request, which exists, has no place. The oldest keep theirs, and of one second those whose
/// first app has the smaller id, so that runs which look at the same time agree.
pub(crate) fn beyond(pull: u64, apps: &[App], config: &Config, repository: &Repository) -> Option<Skip> {
    let limit = config.preview.limit as usize;
    let place = previews(apps, repository).iter().position(|number| *number == pull)?;
    // The others that have none are taken back, too.
    (place >= limit).then(|| over(limit, limit))
}

/// Compares an app that was just made with those that other runs made meanwhile.
pub(crate) async fn look_again(
    ctx: &Ctx,
    target: &Target,
    app_id: &str,
    config: &Config,
) -> anyhow::Result<Option<Skip>> {
    let platform = &target.platform;
    for _ in 0..LOOKS {
        ctx.wait.sleep(SETTLE).await?;
        // Times of apps are whole seconds: who else belongs to one is known when it is over. Real time, whatever the
        // pace.
        if let Ok(cancelled) = tokio::time::timeout(left_of_the_second(), ctx.wait.cancelled()).await {
            return Err(cancelled.into());
        }
        let apps = match platform.list().await {
            Ok(apps) => apps,
            Err(PlatformError::Cancelled(cancelled)) => return Err(cancelled.into()),
            Err(error) => {
                ctx.console
                    .warn(&format!("Could not check the limit of previews again: {error}"));
                return Ok(None);
            }
        };
        let made = apps.iter().find(|app| app.id == app_id).and_then(|app| app.created_at);
        if made.is_some_and(|made| made.as_second() < platform.now().as_second()) {
            let pull = target.environment.pull_request();
            return Ok(pull.and_then(|pull| beyond(pull, &apps, config, &target.repository)));
        }
    }
    Ok(None)
}

/// By this machine's clock; where the platform's second ends at another time, the next look finds it over.
fn left_of_the_second() -> Duration {
    const SECOND: Duration = Duration::from_millis(1_020);
    SECOND - Duration::from_nanos(Timestamp::now().subsec_nanosecond().unsigned_abs().into())
}

/// The pull requests that have a preview, in the order in which they got it. One may have several apps.
pub(super) fn previews(apps: &[App], repository: &Repository) -> Vec<u64> {
    let mut apps: Vec<(u64, &App)> = apps
        .iter()
        .filter_map(|app| Some((pull_of(app, repository)?, app)))
        .collect();
    apps.sort_by_key(|(_, app)| (app.created_at.unwrap_or(Timestamp::MAX), &app.id));
    let mut pulls = Vec::new();
    for (pull, _) in apps {
        if !pulls.contains(&pull) {
            pulls.push(pull);
        }
    }
    pulls
}

/// The apps of a pull request's preview.
pub(super) fn apps_of<'a>(
    apps: &'a [App],
    repository: &'a Repository,
    pull: u64,
) -> impl Iterator<Item = &'a App> + use<'a> {
    apps.iter().filter(move |app| pull_of(app, repository) == Some(pull))
}

/// The pull request that an app is a preview of.
fn pull_of(app: &App, repository: &Repository) -> Option<u64> {
    let environment = &app.marks.as_ref()?.environment;
    let pull = environment.pull_request()?;
    ownership::is_of_environment(app, repository.id, environment).then_some(pull)
}

fn over(count: usize, limit: usize) -> Skip {
    Skip {
        reason: format!(
            "the repository has {} already, and `[preview] limit` is {limit}; close a pull request or raise the limit",
            plural(count as u64, "preview")
        ),
        in_comment: true,
        nothing_is_left: true,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{beyond, previews, reached};
    use crate::config::Config;
    use crate::github::repository::Repository;
    use crate::model::environment::Environment;
    use crate::model::marks::Marks;
    use crate::platforms::App;
    use crate::platforms::tests::new_app;

    fn repository() -> Repository {
        let reply = json!({"id": 77, "full_name": "acme/shop", "default_branch": "main", "private": true});
        serde_json::from_value(reply).expect("a repository")
    }

    /// An app of `repository` for `environment`, made in that second.
    fn app(id: &str, second: Option<i64>, repository: u64, environment: Environment) -> App {
        App {
            marks: Some(Marks {
                repository,
                app: None,
                environment: environment.clone(),
                commit: None,
            }),
            created_at: second.map(|second| jiff::Timestamp::from_second(second).expect("a time")),
            ..new_app(id, &format!("{id}-{environment}"))
        }
    }

    /// The pull requests whose previews stay.
    fn places(apps: &[App], limit: u32) -> Vec<u64> {
        let mut config = Config::default();
        config.preview.limit = limit;
        let stays = |pull: &u64| beyond(*pull, apps, &config, &repository()).is_none();
        previews(apps, &repository()).into_iter().filter(stays).collect()
    }

    #[test]
    fn the_oldest_keep_their_place_and_of_one_second_the_smaller_id() {
        let pr = |id, second, number| app(id, Some(second), 77, Environment::Preview(number));
        let apps = [pr("d", 3, 1), pr("b", 2, 2), pr("c", 2, 3), pr("a", 1, 4)];
        assert_eq!(places(&apps, 0), [0; 0]);
        assert_eq!(places(&apps, 1), [4]);
        assert_eq!(places(&apps, 2), [4, 2]);
        assert_eq!(places(&apps, 3), [4, 2, 3]);
        assert_eq!(places(&apps, 4), [4, 2, 3, 1]);
    }

    #[test]
    fn several_apps_of_a_pull_request_take_one_place_which_is_its_oldest_apps() {
        let pr = |id, second, number| app(id, Some(second), 77, Environment::Preview(number));
        let apps = [
            pr("web-2", 9, 1),
            pr("api-1", 5, 2),
            pr("web-1", 6, 2),
            pr("api-2", 1, 1),
        ];
        assert_eq!(places(&apps, 2), [1, 2]);
        assert_eq!(places(&apps, 1), [1]);
    }

    #[test]
    fn only_previews_of_this_repository_take_a_place() {
        let apps = [
            app("theirs", Some(1), 78, Environment::Preview(1)),
            app("live", Some(1), 77, Environment::production()),
            app("ours", Some(2), 77, Environment::Preview(3)),
            app("of-no-known-age", None, 77, Environment::Preview(2)),
        ];
        assert_eq!(places(&apps, 1), [3]);
        let mut config = Config::default();
        config.preview.limit = 2;
        assert!(reached(&apps, &config, &repository()).is_some());
        config.preview.limit = 3;
        assert!(reached(&apps, &config, &repository()).is_none());
        config.preview.limit = 1;
        let one = reached(&apps[..3], &config, &repository()).map(|skip| skip.reason);
        assert!(one.is_some_and(|reason| reason.starts_with("the repository has 1 preview already")));
    }
}
