//! What a deployment would change, shown without touching anything.

use serde_json::Value;

use super::context::Ctx;
use crate::platform::App;

/// The difference to the live app, as the platform would see it; the whole spec where there is no app yet.
pub(super) async fn show(ctx: &Ctx, live: Option<&App>, spec: &Value) -> anyhow::Result<()> {
    if ctx.json {
        return Ok(());
    }
    let Some(app) = live else {
        ctx.console
            .data(&crate::spec::show(spec, |text| ctx.redactor.clean(text)));
        return Ok(());
    };
    // What only the live app holds is hidden, too.
    ctx.learn(&app.spec);
    let planned = ctx.platform()?.normalized(spec, Some(&app.id)).await?;
    let difference = crate::spec::diff(&app.spec, &planned);
    let given = crate::spec::secrets_given(&app.spec, spec);
    let given = (!given.is_empty()).then(|| given.join(", "));
    match (difference.is_empty(), given) {
        (true, None) => ctx.console.say(&format!("The spec of `{}` stays as it is", app.name)),
        (true, Some(given)) => ctx.console.say(&format!(
            "The spec of `{}` stays as it is, but for secrets that are given a value: {given}",
            app.name
        )),
        (false, given) => {
            ctx.console.data(&difference);
            if let Some(given) = given {
                ctx.console.say(&format!(
                    "Secrets that are given a value, which the difference does not show: {given}"
                ));
            }
        }
    }
    Ok(())
}
