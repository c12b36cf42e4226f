//! Jobs: their schedules and time limits.

use super::super::component::{Kind, of};
use super::super::document::job;
use super::duration;
use super::findings::Findings;
use crate::model::failure::Failure;

const SCHEDULED: &str = "SCHEDULED";

/// Least and most of each field of a schedule: minute, hour, day of the month, month, day of the week.
const FIELDS: [(&str, u32, u32); 5] = [
    ("a minute", 0, 59),
    ("an hour", 0, 23),
    ("a day of the month", 1, 31),
    ("a month", 1, 12),
    ("a day of the week", 0, 7),
];
const MONTHS: [&str; 12] = [
    "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
];
const DAYS: [&str; 7] = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

pub(super) fn check(findings: &mut Findings<'_>) {
    for it in of(findings.spec().value(), Kind::Job) {
        let titled = it.titled();
        match (it.is_job(SCHEDULED), it.schedule()) {
            (true, None) => {
                let failure = Failure::input(format!("{titled} is scheduled and has no `schedule.cron`"))
                    .next("add `schedule: {cron: \"0 3 * * *\", time_zone: UTC}`");
                findings.error("job", &it.at(job::KIND), failure);
            }
            (true, Some(cron)) => {
                if let Some(why) = objection(cron) {
                    let failure = Failure::input(format!("`{cron}` of {titled} is not a valid schedule"))
                        .why(why)
                        .next("write five fields, such as `0 3 * * *` for every night at three");
                    findings.error("job", &it.at(job::CRON), failure);
                }
            }
            (false, Some(_)) => {
                let failure = Failure::input(format!("{titled} has a schedule and is not `{SCHEDULED}`"))
                    .why(format!("a `{}` job runs with deployments alone", it.job_kind()))
                    .next(format!("write `kind: {SCHEDULED}`, or take `schedule` out"));
                findings.warn("job", &it.at(job::CRON), failure);
            }
            (false, None) => {}
        }
        if let Some(timeout) = it.time_limit().filter(|text| !duration::is_duration(text)) {
            let failure = Failure::input(format!("`{timeout}` of {titled} is not a duration"))
                .next("write one such as `30m` or `1h30m`");
            findings.error("job", &it.at(job::TIMEOUT), failure);
        }
    }
}

/// Why a schedule is none. Only what no dialect of cron takes.
fn objection(cron: &str) -> Option<String> {
    if cron.starts_with('@') {
        return None;
    }
    let fields: Vec<&str> = cron.split_whitespace().collect();
    if fields.len() != FIELDS.len() {
        return Some(match fields.len() {
            1 => "it has 1 field".to_owned(),
            fields => format!("it has {fields} fields"),
        });
    }
    let named: [&[&str]; 5] = [&[], &[], &[], &MONTHS, &DAYS];
    let each = fields.iter().zip(FIELDS).zip(named);
    each.flat_map(|((field, limits), names)| field.split(',').map(move |part| (part, limits, names)))
        .find_map(|(part, (name, least, most), names)| {
            (!is_part(part, least, most, names)).then(|| format!("`{part}` is not {name}"))
        })
}

/// `*`, `7`, `1-5`, each also with `/2` behind it.
fn is_part(part: &str, least: u32, most: u32, names: &[&str]) -> bool {
    let (range, step) = match part.split_once('/') {
        Some((range, step)) => (range, Some(step)),
        None => (part, None),
    };
    let is_one = |text: &str| {
        let number = text
            .parse::<u32>()
            .ok()
            .filter(|_| text.bytes().all(|byte| byte.is_ascii_digit()));
        number.is_some_and(|number| (least..=most).contains(&number))
            || names.contains(&text.to_ascii_lowercase().as_str())
    };
    let is_range = match range.split_once('-') {
        Some((first, last)) => is_one(first) && is_one(last),
        None => range == "*" || range == "?" || is_one(range),
    };
    is_range && step.is_none_or(|step| step.parse::<u32>().is_ok_and(|step| step > 0))
}

#[cfg(test)]
mod tests {
    use super::objection;

    #[test]
    fn what_no_cron_takes_is_named() {
        for (cron, wrong) in [
            ("0 3 * * *", None),
            ("*/5 0-6,22 1 jan-mar MON-FRI", None),
            ("@daily", None),
            ("0 0 ? * 7", None),
            ("0 3 * *", Some("it has 4 fields")),
            ("daily", Some("it has 1 field")),
            ("60 3 * * *", Some("`60` is not a minute")),
            ("0 24 * * *", Some("`24` is not an hour")),
            ("0 3 0 * *", Some("`0` is not a day of the month")),
            ("*/0 3 * * *", Some("`*/0` is not a minute")),
            ("0 3 * foo *", Some("`foo` is not a month")),
            ("0 3 * * 1-", Some("`1-` is not a day of the week")),
        ] {
            assert_eq!(objection(cron).as_deref(), wrong, "{cron}");
        }
    }
}
