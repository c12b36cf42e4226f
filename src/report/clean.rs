//! A report without secrets, before anything is rendered from it.

use crate::model::aftermath::{Aftermath, Seen};
use crate::model::answer::Answer;
use crate::model::failure::Failure;
use crate::model::report::{Report, Sleep};
use crate::model::standing::Standing;
use crate::redact::Redactor;
use crate::redact::strip::strip;

/// The report as it may be posted. Stripped before it is cleaned, so that no hidden character parts a secret; cleaned
/// before it is rendered, so that no escaping does.
///
/// `words`: the names under which the reader knows our flags.
pub(super) fn cleaned(report: &Report, redactor: &Redactor, words: &dyn Fn(&str) -> String) -> Report {
    let text = |text: &String| redactor.clean(&words(&strip(text)));
    let maybe = |text_or_none: &Option<String>| text_or_none.as_ref().map(text);
    let mut clean = report.clone();
    clean.app = text(&report.app);
    clean.url = maybe(&report.url);
    clean.serves_now = maybe(&report.serves_now);
    clean.underway.step = maybe(&report.underway.step);
    for route in &mut clean.routes {
        route.component = text(&route.component);
        route.url = text(&route.url);
    }
    if let Some(Sleep::Never(why)) = &mut clean.sleep {
        *why = text(why);
    }
    clean.aftermath = report.aftermath.as_ref().map(|it| Aftermath {
        lost: it.lost.iter().map(text).collect(),
        seen: match &it.seen {
            Seen::Good => Seen::Good,
            Seen::Bad(seen) => Seen::Bad(text(seen)),
            Seen::Unasked(why) => Seen::Unasked(text(why)),
        },
    });
    clean.failure = report
        .failure
        .as_ref()
        .map(|failure| clean_failure(failure, redactor, words));
    clean.notes = report.notes.iter().map(text).collect();
    // The words of the program are not in it.
    if let Some(listing) = &mut clean.listing {
        listing.title = text(&listing.title);
        for line in &mut listing.lines {
            *line = redactor.clean(&strip(line));
        }
    }
    for change in &mut clean.changes {
        change.what = text(&change.what);
        change.why = text(&change.why);
    }
    clean
}

/// The same for an answer.
pub(super) fn cleaned_answer(answer: &Answer, redactor: &Redactor) -> Answer {
    let text = |text: &String| redactor.clean(&strip(text));
    let mut clean = answer.clone();
    clean.said = text(&answer.said);
    clean.url = answer.url.as_ref().map(text);
    let of_app = |(key, answer): &(String, Answer)| (text(key), cleaned_answer(answer, redactor));
    clean.apps = answer.apps.iter().map(of_app).collect();
    clean.points = answer.points.iter().map(text).collect();
    clean.shell = answer.shell.iter().map(text).collect();
    if let Some(log) = &mut clean.log {
        log.lines = log.lines.iter().map(|line| redactor.again(line)).collect();
    }
    clean
}

/// The same for what stands in an environment.
pub(crate) fn cleaned_standing(standing: &Standing, redactor: &Redactor) -> Standing {
    let text = |text: &String| redactor.clean(&strip(text));
    Standing {
        title: standing.title.as_ref().map(text),
        app: text(&standing.app),
        url: standing.url.as_ref().map(text),
        image: standing.image.as_ref().map(text),
        ..standing.clone()
    }
}

pub(super) fn clean_failure(failure: &Failure, redactor: &Redactor, words: &dyn Fn(&str) -> String) -> Failure {
    let text = |text: &String| redactor.clean(&words(&strip(text)));
    let maybe = |text_or_none: &Option<String>| text_or_none.as_ref().map(text);
    let mut clean = failure.clone();
    clean.what = text(&failure.what);
    clean.why = maybe(&failure.why);
    clean.points = failure.points.iter().map(text).collect();
    clean.subject = maybe(&failure.subject);
    clean.code = maybe(&failure.code);
    clean.component = maybe(&failure.component);
    clean.next = maybe(&failure.next);
    if let Some(log) = &mut clean.log {
        log.lines = log.lines.iter().map(|line| redactor.again(line)).collect();
    }
    clean
}

#[cfg(test)]
mod tests {
    use super::{cleaned, cleaned_answer, cleaned_standing};
    use crate::model::aftermath::{Aftermath, Seen};
    use crate::model::answer::{Answer, AnswerLog};
    use crate::model::environment::Environment;
    use crate::model::failure::{Excerpt, Failure, Shown};
    use crate::model::report::{Change, Listing, Report, Route, Sleep, State};
    use crate::model::standing::Standing;
    use crate::redact::{Redactor, Secret, TargetSecrets, Untrusted};

    #[test]
    fn no_field_of_a_report_keeps_a_secret() {
        // A line that was cleaned before the secret was known.
        let redactor = Redactor::new();
        let (early, _) = redactor.for_target(&TargetSecrets::default());
        let lines = early.lines(&[Untrusted::new("x hunter_2222 y")]);
        redactor.register(&Secret::new("hunter_2222").expect("not empty"));
        let secret = "x hunter\u{200b}_2222 y".to_owned();
        let mut failure = Failure::bad(&*secret)
            .why(&*secret)
            .point(&*secret)
            .about(&*secret)
            .next(&*secret);
        failure.code = Some(secret.clone());
        failure.component = Some(secret.clone());
        failure.log = Some(Excerpt {
            kind: Shown::Run,
            lines: lines.clone(),
        });
        let mut report = Report::new(&*secret, Environment::Preview(1), State::Failed);
        report.url = Some(secret.clone());
        report.serves_now = Some(secret.clone());
        report.underway.step = Some(secret.clone());
        report.routes = vec![Route {
            component: secret.clone(),
            url: secret.clone(),
        }];
        report.sleep = Some(Sleep::Never(secret.clone()));
        report.notes = vec![secret.clone()];
        report.aftermath = Some(Aftermath {
            lost: vec![secret.clone()],
            seen: Seen::Bad(secret.clone()),
        });
        report.changes = vec![Change {
            what: secret.clone(),
            why: secret.clone(),
        }];
        report.listing = Some(Listing::spec(&*secret, &secret));
        report.failure = Some(failure);
        let mut answer = Answer::new(None, &*report.notes[0]).point(&*report.notes[0]);
        answer.url = report.url.clone();
        answer.shell = report.notes.clone();
        answer.log = Some(AnswerLog { title: "log", lines });
        answer.apps = vec![(secret.clone(), answer.clone())];
        let standing = Standing {
            environment: Environment::Preview(1),
            title: Some(secret.clone()),
            key: None,
            app: secret.clone(),
            url: Some(secret.clone()),
            commit: None,
            image: Some(secret.clone()),
            behind: None,
            state: "active",
            is_serving: true,
            newest_failed: false,
            age: None,
            cost: None,
        };
        let shown = format!("{:?}", cleaned_standing(&standing, &redactor));
        assert_eq!(shown.matches("x *** y").count(), 4, "{shown}");
        let shown = format!("{:?}", cleaned_answer(&answer, &redactor));
        assert!(!shown.contains("2222"), "{shown}");
        assert_eq!(shown.matches("x *** y").count(), 11, "{shown}");
        let shown = format!("{:?}", cleaned(&report, &redactor, &str::to_owned));
        assert!(!shown.contains("2222"), "{shown}");
        assert_eq!(shown.matches("x *** y").count(), 22, "{shown}");
    }
}
