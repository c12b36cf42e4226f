//! What a deployment would change, shown without touching anything.

use crate::flows::context::Ctx;
use crate::flows::project::links::with_references;
use crate::flows::project::target::Target;
use crate::model::report::{Listing, Report};
use crate::platforms::{App, Document};

/// The difference to the live app, as the platform would see it; the whole spec where there is no app yet. In the log, and
/// in the report for the summary.
pub(crate) async fn show(
    ctx: &Ctx,
    target: &Target,
    live: Option<&App>,
    document: &Document,
    report: &mut Report,
) -> anyhow::Result<()> {
    let planned = proposed(ctx, target, live, document, report).await?;
    if planned.is_some() {
        let cost = target.platform.cost(document, live.map(|app| app.id.as_str())).await?;
        report.cost = Some(cost);
        let asleep = cost.asleep.map(|asleep| format!(" awake, ${asleep:.2} asleep"));
        let costs = format!("It would cost ${:.2} a month{}", cost.awake, asleep.unwrap_or_default());
        note(ctx, report, costs);
    }
    let words = document.words();
    let Some(app) = live else {
        let shown = document.show(&|text| ctx.redactor.clean(text));
        let shown = referring(ctx, target, &shown, report);
        if !ctx.json {
            // A document of its own for each of several apps.
            if let Some(key) = &target.app.names.key {
                ctx.console.data(&format!("--- # {key}"));
            }
            ctx.console.data(&shown);
        }
        report.listing = Some(Listing::spec(
            format!("The {} that would be sent", words.manifest),
            &shown,
        ));
        return Ok(());
    };
    // What only the live app holds is hidden, too.
    ctx.register_secrets(&app.document);
    let planned = planned.as_ref().unwrap_or(document);
    // The commit is another one in every deployment, and says nothing about the app.
    let difference = app.document.difference_but_commit(planned);
    let given = app.document.secrets_given(document);
    let given = (!given.is_empty()).then(|| given.join(", "));
    let said = match (difference.is_empty(), given) {
        (true, None) => Some(format!("The {} of `{}` stays as it is", words.document, app.name)),
        (true, Some(given)) => Some(format!(
            "The {} of `{}` stays as it is, but for secrets that are given a value: {given}",
            words.document, app.name
        )),
        (false, given) => {
            let title = format!("What would change in the {} of {}", words.document, app.name);
            let difference = referring(ctx, target, &difference, report);
            if !ctx.json {
                if let Some(key) = &target.app.names.key {
                    ctx.console.data(&format!("# {key}"));
                }
                ctx.console.data(&difference);
            }
            report.listing = Some(Listing::difference(title, &difference));
            given.map(|given| format!("Secrets that are given a value, which the difference does not show: {given}"))
        }
    };
    if let Some(said) = said {
        note(ctx, report, said);
    }
    Ok(())
}

/// What is shown of an app that is given another one's URL: one that is not known yet is said to be so.
fn referring(ctx: &Ctx, target: &Target, shown: &str, report: &mut Report) -> String {
    let others = target.app.others.iter().filter_map(|other| other.key.as_deref());
    let (shown, unknown) = with_references(shown, others);
    for app in unknown {
        note(
            ctx,
            report,
            format!("The URL of `{app}` is known once that app is deployed"),
        );
    }
    shown
}

/// The spec as the platform would keep it, also of an app that there is none of yet: what it refuses shows here.
/// `None`: it is not asked, or it refuses what is not the spec's.
async fn proposed(
    ctx: &Ctx,
    target: &Target,
    live: Option<&App>,
    document: &Document,
    report: &mut Report,
) -> anyhow::Result<Option<Document>> {
    match target.platform.check(document, live.map(|app| app.id.as_str())).await {
        Ok(planned) => Ok(Some(planned)),
        Err(error) if error.is_of_the_account() => {
            let why = format!("{} would not take this yet: {error}", target.platform.words().vendor);
            ctx.console.warn(&why);
            report.notes.push(why);
            Ok(None)
        }
        Err(error) => Err(error.into()),
    }
}

/// A sentence for the log and for the summary.
pub(crate) fn note(ctx: &Ctx, report: &mut Report, said: String) {
    if !ctx.json {
        ctx.console.say(&said);
    }
    report.notes.push(said);
}
