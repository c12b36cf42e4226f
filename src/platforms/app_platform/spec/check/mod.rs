//! What is wrong in an app spec: what stops every flow, and what DigitalOcean would refuse or silently ignore.

mod bindables;
mod databases;
mod duration;
mod envs;
mod fields;
mod files;
mod findings;
mod health;
mod jobs;
mod ports;
mod routes;
mod secrets;
mod sizes;
mod sources;
mod structure;
#[cfg(test)]
mod tests;

use super::document::network;
use super::region;
use crate::model::failure::Failure;
use crate::model::finding::{Finding, Severity};
use crate::platforms::inspection::{Around, Inspection};
use crate::platforms::manifest::Manifest;
use findings::Findings;

/// # Errors
/// The first thing that makes every flow impossible.
pub(super) fn check(spec: &Manifest) -> Result<(), Failure> {
    match structure::objections(spec.value()).into_iter().next() {
        None => Ok(()),
        Some((pointer, failure)) => Err(located(spec, failure, &pointer)),
    }
}

/// What is wrong with the whole of it stands at its beginning.
fn located(spec: &Manifest, failure: Failure, pointer: &str) -> Failure {
    match pointer {
        "" => failure.at(spec.file(), 1, 1),
        pointer => spec.locate(failure, pointer),
    }
}

/// Everything that is found in a spec.
pub(super) fn inspect(spec: &Manifest, around: Around<'_>) -> Inspection {
    let value = spec.value();
    let mut findings = Findings::new(spec);
    for (pointer, failure) in structure::objections(value) {
        let check = match pointer.ends_with("/name") {
            true => "name",
            false => "structure",
        };
        findings.add(Severity::Error, check, &pointer, failure);
    }
    fields::check(&mut findings);
    sources::check(&mut findings);
    sizes::check(&mut findings);
    region(&mut findings);
    routes::check(&mut findings);
    envs::check(&mut findings);
    bindables::check(&mut findings, around.is_given);
    databases::check(&mut findings);
    jobs::check(&mut findings);
    health::check(&mut findings);
    ports::check(&mut findings);
    files::check(&mut findings, around);
    let hidden = secrets::check(&mut findings);
    let mut unchecked: Vec<String> = sizes::unchecked(value).into_iter().collect();
    unchecked.extend(
        network::region(value)
            .map(|region| format!("whether App Platform has the region `{region}`: only the platform knows")),
    );
    unchecked.extend(files::unchecked(value, around.own));
    Inspection {
        findings: findings.in_order(),
        unchecked,
        hidden,
        document: Some(spec.document().clone()),
    }
}

/// A file that is not YAML. Any value of it may be a secret, so that none is shown.
pub(super) fn unreadable(failure: Failure, text: &str) -> Inspection {
    let mut start = 0;
    let hidden = text.split_inclusive('\n').map(|line| {
        let key = line.find(": ").map_or(0, |colon| colon + 1);
        let range = start + key..start + line.len();
        start += line.len();
        range
    });
    let finding = Finding {
        severity: Severity::Error,
        check: "syntax",
        failure,
        bytes: None,
    };
    Inspection {
        hidden: hidden.filter(|range| !text[range.clone()].trim().is_empty()).collect(),
        findings: vec![finding],
        ..Inspection::default()
    }
}

fn region(findings: &mut Findings<'_>) {
    let spec = findings.spec();
    let Some(written) = network::region(spec.value()) else {
        return;
    };
    let Some(region) = region::of_data_centre(written) else {
        return;
    };
    let failure = Failure::input(format!("`{written}` is a data centre, not a region"))
        .why(format!("do-deploy sends `{region}` in its place"))
        .next(format!("write `{region}`"));
    findings.warn("region", &network::pointer(network::REGION), failure);
}
