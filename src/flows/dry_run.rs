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
    if difference.is_empty() {
        ctx.console.say(&format!("The spec of `{}` stays as it is", app.name));
    } else {
        ctx.console.data(&difference);
    }
    Ok(())
}
