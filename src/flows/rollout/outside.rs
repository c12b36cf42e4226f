//! Asks an app from outside, on the platform's host and on its own domain, and adds both answers up.

use std::time::Duration;

use url::Url;

use crate::config::Health;
use crate::flows::context::Ctx;
use crate::flows::rollout::http_checks::{Answered, HttpChecks};
use crate::flows::rollout::place::Place;
use crate::health::{Expect, Target};
use crate::model::failure::Failure;
use crate::model::verdict::CheckResult;
use crate::model::words::Words;
use crate::platforms::{App, Document};
use crate::wait::Deadline;

/// Asks for what configuration and `document` say, nothing of components that are `idle`. `None`: the app has no URL.
pub(crate) async fn ask(
    ctx: &Ctx,
    app: &App,
    health: &Health,
    document: &Document,
    idle: &[String],
    limit: Duration,
    notes: &mut Vec<String>,
) -> anyhow::Result<Option<Answered>> {
    let Some(platform) = app.ingress.as_deref().or(app.url.as_deref()) else {
        return Ok(None);
    };
    let checks = HttpChecks::of(&platform.into(), health, document, idle)?;
    let checks = match &app.domain {
        Some(_) => checks.beside_domain(),
        None => checks,
    };
    let mut answered = checks.ask(ctx, Deadline::after(limit)).await?;
    notes.extend(answered.note.take());
    let Some(domain) = &app.domain else {
        return Ok(Some(answered));
    };
    let mut own = if domain.is_pending {
        pending()
    } else if matches!(answered.result, CheckResult::Failed(_)) && answered.refused.is_none() && !answered.is_endless {
        return Ok(Some(answered));
    } else {
        let checks = HttpChecks::of(&Place::of_domain(&domain.name, platform), health, document, idle)?;
        let mut own = checks.on_own_domain().ask(ctx, Deadline::after(limit)).await?;
        notes.extend(own.note.take().filter(|note| !notes.contains(note)));
        own
    };
    let is_unasked = matches!(own.result, CheckResult::Obstructed(_) | CheckResult::Inconclusive(_));
    let turned_away = match answered.refused {
        Some(status) if is_unasked => {
            TURNED_AWAY.contains(&status) || !answers_at_root(ctx, platform, document.words()).await?
        }
        _ => false,
    };
    let remarks = match own.result {
        CheckResult::Passed | CheckResult::Failed(_) => std::mem::take(&mut own.remarks),
        _ => std::mem::take(&mut answered.remarks),
    };
    let (answered, note) = added_up(answered, own, &domain.name, turned_away);
    notes.extend(note);
    Ok(Some(Answered { remarks, ..answered }))
}

/// The domain's answer while the platform is still setting it up.
fn pending() -> Answered {
    let why = "the platform has not finished setting the domain up";
    Answered::without_question(CheckResult::Inconclusive(why.to_owned()))
}

/// Statuses with which frameworks turn hosts away that they do not know, such as Django (400) and Rails (403). Others
/// answer them with anything, at every path: 404, 410, a redirect to the host that they know.
const TURNED_AWAY: [u16; 3] = [400, 403, 421];

/// How long the platform's host is asked for the root, only to learn whether the app knows that host.
const ONE_LOOK: Duration = Duration::from_secs(5);

/// Whether the app knows the platform's host, although it answers a path there with the wrong status.
async fn answers_at_root(ctx: &Ctx, platform: &str, words: &'static Words) -> anyhow::Result<bool> {
    let Ok(base) = Url::parse(platform) else {
        return Ok(false);
    };
    let root = Target::at(&base, "/", Expect::Range(200..=299)).of_deployed_app(words);
    let answered = HttpChecks::of_targets(vec![root])
        .ask(ctx, Deadline::after(ONE_LOOK))
        .await?;
    Ok(answered.result == CheckResult::Passed)
}

/// What people get counts, and that is what the domain answers; where it cannot be asked, the platform's host.
fn added_up(platform: Answered, own: Answered, domain: &str, turned_away: bool) -> (Answered, Option<String>) {
    use CheckResult::{Failed, Inconclusive, NotApplicable, Obstructed, Passed};
    match (&platform.result, &own.result) {
        (_, Failed(_)) | (Obstructed(_) | Inconclusive(_) | NotApplicable, Passed) => (own, None),
        (Failed(_), Passed) => {
            let did = match platform.refused {
                _ if platform.is_endless => "redirects without end".to_owned(),
                Some(status) => format!("answered {status}"),
                None => "answered".to_owned(),
            };
            let note = format!("The platform's own host {did}; `{domain}`, which people visit, is good");
            (own, Some(note))
        }
        (Failed(_), Obstructed(_) | Inconclusive(_)) if turned_away => {
            let why = reason(&own.result);
            let failure = Failure::unknown(format!("`{domain}` could not be asked from here"))
                .why(format!(
                    "{why}; the platform's own host may be one that the app turns away"
                ))
                .next(format!("look at `{domain}`, then ask again"));
            (Answered::without_question(Obstructed(failure)), None)
        }
        (_, Obstructed(_) | Inconclusive(_)) => {
            let note = format!("`{domain}` could not be asked: {}", reason(&own.result));
            (platform, Some(note))
        }
        (_, Passed | NotApplicable) => (platform, None),
    }
}

fn reason(result: &CheckResult) -> String {
    match result {
        CheckResult::Obstructed(failure) | CheckResult::Failed(failure) => {
            failure.why.clone().unwrap_or_else(|| failure.what.clone())
        }
        CheckResult::Inconclusive(why) => why.clone(),
        CheckResult::Passed | CheckResult::NotApplicable => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::{Place, added_up, pending};
    use crate::flows::rollout::http_checks::Answered;
    use crate::model::failure::Failure;
    use crate::model::verdict::CheckResult;

    fn answered(word: &str) -> Answered {
        let result = match word {
            "good" => CheckResult::Passed,
            "absent" => CheckResult::NotApplicable,
            "blocked" => CheckResult::Obstructed(Failure::unknown("blocked").why("DNS")),
            _ => CheckResult::Failed(Failure::bad("bad")),
        };
        Answered {
            configured_check_failed: matches!(result, CheckResult::Failed(_)),
            result,
            refused: word.parse().ok(),
            is_endless: false,
            note: None,
            remarks: Vec::new(),
        }
    }

    #[test]
    fn what_the_domain_answers_counts_where_it_can_be_asked() {
        for (platform, own, sum, rolls_back, is_noted) in [
            ("good", "good", "good", false, false),
            ("good", "absent", "good", false, false),
            ("good", "blocked", "good", false, true),
            ("good", "bad", "bad", true, false),
            ("good", "404", "bad", true, false),
            ("absent", "good", "good", false, false),
            ("blocked", "good", "good", false, false),
            ("blocked", "blocked", "blocked", false, true),
            ("blocked", "bad", "bad", true, false),
            ("400", "good", "good", false, true),
            ("404", "good", "good", false, true),
            ("400", "blocked", "blocked", false, false),
            ("403", "blocked", "blocked", false, false),
            ("404", "blocked", "blocked", false, false),
            ("known 404", "blocked", "bad", true, true),
            ("bad", "blocked", "bad", true, true),
            ("400", "400", "bad", true, false),
            ("404", "absent", "bad", true, false),
        ] {
            let turned_away = platform.parse::<u16>().is_ok();
            let (answered, note) = added_up(answered(platform), answered(own), "shop.example", turned_away);
            let word = match answered.result {
                CheckResult::Passed => "good",
                CheckResult::NotApplicable => "absent",
                CheckResult::Obstructed(_) | CheckResult::Inconclusive(_) => "blocked",
                CheckResult::Failed(_) => "bad",
            };
            assert_eq!(
                (word, answered.configured_check_failed, note.is_some()),
                (sum, rolls_back, is_noted),
                "{platform}, {own}"
            );
        }
    }

    #[test]
    fn a_domain_that_is_still_being_set_up_may_be_the_only_host_that_the_app_knows() {
        for (platform, sum, is_noted) in [
            ("good", "good", true),
            ("absent", "absent", true),
            ("blocked", "blocked", true),
            ("400", "blocked", false),
            ("403", "blocked", false),
            ("421", "blocked", false),
            ("404", "blocked", false),
            ("known 404", "bad", true),
            ("bad", "bad", true),
        ] {
            let turned_away = platform.parse::<u16>().is_ok();
            let (answered, note) = added_up(answered(platform), pending(), "shop.example", turned_away);
            let word = match &answered.result {
                CheckResult::Passed => "good",
                CheckResult::NotApplicable => "absent",
                CheckResult::Obstructed(_) | CheckResult::Inconclusive(_) => "blocked",
                CheckResult::Failed(_) => "bad",
            };
            assert_eq!((word, note.is_some()), (sum, is_noted), "{platform}");
        }
    }

    #[test]
    fn a_domain_is_asked_at_its_own_address_where_there_is_tls() {
        let place = Place::of_domain("shop.example", "https://shop-x.example");
        assert_eq!((place.url.as_str(), place.host), ("https://shop.example", None));
        let place = Place::of_domain("shop.example", "http://127.0.0.1:20000");
        assert_eq!(place.url, "http://127.0.0.1:20000");
        assert_eq!(place.host.as_deref(), Some("shop.example"));
    }
}
