//! Ranges of numbers in an app spec, as the platform documents them.

use super::catalogue;
use super::component::{Component, HealthCheck, Kind};
use crate::clouds::app_platform::refusal::Refusal;

/// Checks every number of a component. `path` is the component's place in the spec, as `services[0]`.
pub(crate) fn check(kind: Kind, component: &Component, path: &str) -> Result<(), Refusal> {
    within(path, "http_port", component.http_port, 1, 65535)?;
    check_size(kind, component, path)?;
    within(
        path,
        "termination.drain_seconds",
        component.termination.drain_seconds,
        1,
        110,
    )?;
    let grace = component.termination.grace_period_seconds;
    within(path, "termination.grace_period_seconds", grace, 1, 600)?;
    if let Some(check) = &component.health_check {
        check_health(check, &format!("{path}.health_check"), 50)?;
    }
    if let Some(check) = &component.liveness_health_check {
        check_health(check, &format!("{path}.liveness_health_check"), 1)?;
    }
    let Some(sleep) = &component.inactivity_sleep else {
        return Ok(());
    };
    if kind != Kind::Service {
        let why = "inactivity sleep is only supported for services";
        return Err(Refusal::field(format!("{path}.inactivity_sleep"), why));
    }
    match sleep.after_seconds {
        Some(600..=86400) => Ok(()),
        _ => Err(Refusal::field(
            format!("{path}.inactivity_sleep.after_seconds"),
            "must be between 600 and 86400",
        )),
    }
}

fn check_size(kind: Kind, component: &Component, path: &str) -> Result<(), Refusal> {
    if !kind.has_instances() {
        return Ok(());
    }
    within(path, "instance_count", component.instance_count, 1, 250)?;
    let Some(size) = catalogue::size(component.size()) else {
        let why = format!("invalid instance size \"{}\"", component.size());
        return Err(Refusal::field(format!("{path}.instance_size_slug"), why));
    };
    if let Some(scaling) = &component.autoscaling {
        if component.instance_count.is_some() {
            let why = "must not be set when autoscaling is enabled";
            return Err(Refusal::field(format!("{path}.instance_count"), why));
        }
        let field = format!("{path}.autoscaling");
        if !size.scalable {
            let why = format!("autoscaling is not supported by instance size \"{}\"", size.slug);
            return Err(Refusal::field(field, why));
        }
        let (least, most) = (scaling.min_instance_count, scaling.max_instance_count);
        return match (least, most) {
            (Some(least), Some(most)) if least >= 1 && least <= most && most <= 250 => Ok(()),
            _ => Err(Refusal::field(
                field,
                "min_instance_count must be at least 1 and at most max_instance_count",
            )),
        };
    }
    if size.single_instance_only && component.instances() > 1 {
        let why = format!("instance size \"{}\" supports only a single instance", size.slug);
        return Err(Refusal::field(format!("{path}.instance_count"), why));
    }
    Ok(())
}

fn check_health(check: &HealthCheck, path: &str, most_successes: u64) -> Result<(), Refusal> {
    within(path, "port", check.port, 1, 65535)?;
    within(path, "initial_delay_seconds", check.initial_delay_seconds, 0, 3600)?;
    within(path, "period_seconds", check.period_seconds, 1, 300)?;
    within(path, "timeout_seconds", check.timeout_seconds, 1, 120)?;
    within(path, "success_threshold", check.success_threshold, 1, most_successes)?;
    within(path, "failure_threshold", check.failure_threshold, 1, 50)
}

/// Zero counts as "not set", as proto3 has it.
fn within(path: &str, field: &str, value: Option<u64>, least: u64, most: u64) -> Result<(), Refusal> {
    match value {
        None | Some(0) => Ok(()),
        Some(value) if (least..=most).contains(&value) => Ok(()),
        Some(value) => Err(Refusal::field(
            format!("{path}.{field}"),
            format!("{value} is not within {least} and {most}"),
        )),
    }
}
