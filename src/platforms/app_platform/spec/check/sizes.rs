//! Sizes of instances: retired ones with their successor, and how many instances of one may run.
//! <https://docs.digitalocean.com/products/app-platform/details/pricing/>

use serde_json::Value;

use super::super::component::{Component, components};
use super::super::document::instances;
use super::findings::Findings;
use crate::config::nearest;
use crate::model::failure::Failure;

/// What a component runs on without a size.
const DEFAULT: &str = "apps-s-1vcpu-0.5gb";

/// Those that we know; there may be others by now.
const KNOWN: [&str; 14] = [
    DEFAULT,
    "apps-s-1vcpu-1gb-fixed",
    "apps-s-1vcpu-1gb",
    "apps-s-1vcpu-2gb",
    "apps-s-2vcpu-4gb",
    "apps-d-1vcpu-0.5gb",
    "apps-d-1vcpu-1gb",
    "apps-d-1vcpu-2gb",
    "apps-d-1vcpu-4gb",
    "apps-d-2vcpu-4gb",
    "apps-d-2vcpu-8gb",
    "apps-d-4vcpu-8gb",
    "apps-d-4vcpu-16gb",
    "apps-d-8vcpu-32gb",
];

/// Those of which one instance runs alone.
const SINGLE: [&str; 2] = [DEFAULT, "apps-s-1vcpu-1gb-fixed"];

/// The slugs of plans for apps from before May 2024, and the size with the same CPUs and memory.
const RETIRED: [(&str, &str); 10] = [
    ("basic-xxs", DEFAULT),
    ("basic-xs", "apps-s-1vcpu-1gb-fixed"),
    ("basic-s", "apps-s-1vcpu-2gb"),
    ("basic-m", "apps-s-2vcpu-4gb"),
    ("professional-xs", "apps-s-1vcpu-1gb"),
    ("professional-s", "apps-s-1vcpu-2gb"),
    ("professional-m", "apps-s-2vcpu-4gb"),
    ("professional-1l", "apps-d-1vcpu-4gb"),
    ("professional-l", "apps-d-2vcpu-8gb"),
    ("professional-xl", "apps-d-4vcpu-16gb"),
];

fn successor(size: &str) -> Option<&'static str> {
    RETIRED
        .iter()
        .find(|(retired, _)| *retired == size)
        .map(|(_, now)| *now)
}

/// What only the platform knows.
pub(super) fn unchecked(spec: &Value) -> Option<String> {
    let is_named = components(spec)
        .iter()
        .any(|it| it.kind.has_instances() && it.size().is_some());
    is_named.then(|| "whether the account may have these sizes: only the platform knows".to_owned())
}

pub(super) fn check(findings: &mut Findings<'_>) {
    for component in components(findings.spec().value()) {
        if component.kind.has_instances() {
            size(&component, findings);
            instances(&component, findings);
            scaling(&component, findings);
        }
    }
}

fn size(component: &Component<'_>, findings: &mut Findings<'_>) {
    let Some(size) = component.size().filter(|size| is_slug(size)) else {
        return;
    };
    let titled = component.titled();
    let failure = match successor(size) {
        Some(now) => Failure::input(format!("the size `{size}` of {titled} is retired"))
            .why("App Platform keeps it for apps from before May 2024")
            .next(format!("write `{now}`, which has the same CPUs and memory")),
        None if KNOWN.contains(&size) => return,
        None => {
            let failure = Failure::input(format!("`{size}` of {titled} is not a size that do-deploy knows"));
            match nearest(size, &KNOWN) {
                Some(near) => failure.next(format!("did you mean `{near}`?")),
                None => failure.next("look it up with `doctl apps tier instance-size list`"),
            }
        }
    };
    findings.warn("size", &component.at(instances::SIZE), failure);
}

/// A placeholder is not one.
fn is_slug(size: &str) -> bool {
    !size.is_empty()
        && size
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_'))
}

fn instances(component: &Component<'_>, findings: &mut Findings<'_>) {
    let count = component.instance_count();
    let written = component.size().unwrap_or(DEFAULT);
    let size = successor(written).unwrap_or(written);
    if count > 1 && component.autoscaling().is_none() && SINGLE.contains(&size) {
        let of = match component.size() {
            Some(size) => format!("`{size}`"),
            None => format!("`{DEFAULT}`, which it has without a size"),
        };
        let failure = Failure::input(format!("{} has {count} instances", component.titled()))
            .why(format!("of {of}, App Platform runs one alone"))
            .next("write `instance_count: 1`, or a size that scales, such as `apps-s-1vcpu-1gb`");
        findings.error("size", &component.at(instances::COUNT), failure);
    }
}

fn scaling(component: &Component<'_>, findings: &mut Findings<'_>) {
    let Some(scaling) = component.scaling() else { return };
    let titled = component.titled();
    if component.counts_instances() {
        let failure = Failure::input(format!("{titled} has a number of instances and scales by itself"))
            .why("App Platform takes one of the two")
            .next("take `instance_count` or `autoscaling` out");
        findings.error("size", &component.at(instances::COUNT), failure);
    }
    if let (Some(least), Some(most)) = (scaling.least, scaling.most)
        && least > most
    {
        let failure = Failure::input(format!("{titled} scales from {least} to {most} instances"))
            .next("write the smaller number as `min_instance_count`");
        findings.error("size", &component.at(instances::LEAST), failure);
    }
    let size = component.size().unwrap_or(DEFAULT);
    if scaling.by_cpu_alone && KNOWN.contains(&size) && size.starts_with("apps-s-") {
        let failure = Failure::input(format!("{titled} scales by itself and has the size `{size}`"))
            .why("App Platform scales dedicated CPUs alone")
            .next("choose a size that begins with `apps-d-`, or a fixed `instance_count`");
        findings.error("size", &component.at(instances::AUTOSCALING), failure);
    }
}
